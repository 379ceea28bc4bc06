/** Whether what is to be seen at a place is why a value there is extreme: the picture is encoded again with the place blurred. */
import { studioError } from '../../base/errors.ts';
import { ProgressMeter } from '../../base/progress.ts';
import type { Progress } from '../../base/progress.ts';
import { throwIfCancelled } from '../../base/rpc.ts';
import type { Device } from '../../engine/contract.ts';
import { toPlanes } from '../../vae/pixels.ts';
import type { Vae } from '../../vae/vae.ts';
import { Encoder } from '../encoder.ts';
import type { OutlierFacts } from '../outlier-schema.ts';
import { robustZ } from '../outliers/robust-z.ts';
import type { LatentManifest } from '../schema.ts';
import { withBlurred } from './blurred.ts';
import type { CauseCheck, CausePlace, Judged } from './schema.ts';

/** Squares of so many cells are blurred: the value's own cell alone, and with one and two cells on each side. */
export const squares = [1, 3, 5] as const;
/**
 * The cause is at the place when blurring takes the value within the inner fences and z below this share of itself, so that a value that
 * was hardly beyond is not called explained; a part of it, when z falls below half.
 */
const localBelow = 2 / 3;
const partlyBelow = 0.5;
/** z of the same picture encoded twice differs by less, in float16, too: so much, or this share of it. */
const sameZ = { least: 0.1, share: 0.05 } as const;

export interface CauseCheckOptions {
  readonly device: Device;
  /** The one that the set was made with. */
  readonly vae: Vae;
  readonly manifest: Pick<LatentManifest, 'pictureSize' | 'shape' | 'posterior' | 'precision'>;
  /** How the set's values are judged. */
  readonly channels: OutlierFacts['channels'];
  readonly picture: string;
  /** RGB bytes as they are framed. */
  readonly rgb: Uint8Array;
  readonly place: CausePlace;
  /** All values of the picture in the set. */
  readonly latent: Float32Array;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Encodes the picture as it is and with the place blurred, with the set's options. Throws `latents.notFinite`. */
export async function checkCause(options: CauseCheckOptions): Promise<CauseCheck> {
  const { device, vae, manifest, channels, picture, rgb, place, latent, signal, onProgress } = options;
  const { pictureSize: side, shape, posterior, precision } = manifest;
  const [, height, width] = shape;
  const element = (place.channel * height + place.row) * width + place.col;
  const channel = channels[place.channel]!;
  const pictures = [rgb, ...squares.map((across) => withBlurred({ rgb, side }, place, across, width))];
  const half = precision === 'half' && (await device.info({})).kind !== 'cpu';
  const encoder = new Encoder(
    // One at a time, so that it can be stopped, and by a name of its own, because pictures may be encoded meanwhile.
    { vae, device, pictureSize: side, posterior, precision, flip: false, rows: 1, program: 'cause' },
    half,
  );
  const meter = new ProgressMeter();
  const values: number[] = [];
  try {
    await encoder.load();
    for (const pixels of pictures) {
      throwIfCancelled(signal);
      onProgress?.(meter.update(values.length, pictures.length));
      const x = new Float32Array(3 * side * side);
      toPlanes(pixels, x, 0);
      const first = (await encoder.encode([picture], x))[element]!;
      // As encoding the set does with what breaks in float16.
      const value = half && !Number.isFinite(first) ? (await encoder.encode([picture], x, true))[element]! : first;
      if (!Number.isFinite(value)) throw studioError('latents.notFinite', { pictures: [picture] });
      values.push(value);
    }
    onProgress?.(meter.update(pictures.length, pictures.length));
  } finally {
    await encoder.release();
  }
  const judged = (value: number) => judge(value, channel);
  const [now, ...after] = values.map(judged);
  const blurred = after.map((each, i) => ({ cells: squares[i]!, ...each }));
  return conclude(side / width, judged(latent[element]!), now!, blurred);
}

function judge(value: number, channel: OutlierFacts['channels'][number]): Judged {
  const isIn = ([low, high]: readonly [number, number]) => value >= low && value <= high;
  const within = isIn(channel.innerFences) ? 'inner' : isIn(channel.outerFences) ? 'outer' : 'neither';
  return { value, z: robustZ(value, channel), within };
}

/** The verdict on values that are there, and its words. @param cell side of a cell in pixels */
export function conclude(cell: number, stored: Judged, now: Judged, blurred: CauseCheck['blurred']): CauseCheck {
  const isSame = Math.abs(now.z - stored.z) <= Math.max(sameZ.least, sameZ.share * Math.abs(stored.z));
  // Beyond the middle, on its other side, is fallen, too.
  const share = (z: number) => z / now.z;
  const inside = blurred.find(({ within, z }) => within === 'inner' && share(z) < localBelow);
  const lowest = blurred.reduce((a, b) => (share(b.z) < share(a.z) ? b : a));
  const verdict =
    now.within === 'inner' ? 'ordinary' : inside ? 'local' : share(lowest.z) < partlyBelow ? 'partly' : 'elsewhere';
  const said = {
    ordinary: () => 'As the picture is encoded now, the value is within the inner fences: there is nothing to explain.',
    local: () => `Blurring ${squareWords(inside!.cells)} takes the value within the fences: the cause is there.`,
    partly: () =>
      `Blurring ${squareWords(lowest.cells)} takes z from ${now.z.toFixed(1)} to ${lowest.z.toFixed(1)}: a part of the cause is there.`,
    elsewhere: () =>
      `Blurring changes little (z ${now.z.toFixed(1)}, at best ${lowest.z.toFixed(1)}): the cause is elsewhere. It may be the picture as a whole, its border, or the compressor (VAE).`,
  }[verdict]();
  const stale = isSame
    ? ''
    : ` The set has another value for this picture (z ${stored.z.toFixed(1)}, now ${now.z.toFixed(1)}): encode it again.`;
  return { cell, stored, now, isSame, blurred, verdict, words: said + stale };
}

const squareWords = (cells: number): string => (cells === 1 ? 'the cell alone' : `${cells} × ${cells} cells`);
