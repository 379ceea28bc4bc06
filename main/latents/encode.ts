/**
 * Encodes a project's pictures to latents, batch by batch into a shard, shard by shard into a set. What is done stays done: a kill
 * costs the batch in hand, and going on gives the bytes of an undisturbed run. The pictures of the next batches are decoded while the
 * device works; no more of them are in memory than it needs, however many there are.
 */
import { rm } from 'node:fs/promises';
import { studioError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import type { Progress } from '../base/progress.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import { inOrder } from '../datasets/in-order.ts';
import type { UsedPicture } from '../datasets/schema.ts';
import { mirrorPlanes, toPlanes } from '../vae/pixels.ts';
import { DeviceClock } from './device-clock.ts';
import { Encoder, largestHalf } from './encoder.ts';
import type { EncoderOptions } from './encoder.ts';
import { chunks, planBatches } from './plan.ts';
import { copiesIn, latentManifestSchema, picturesIn } from './schema.ts';
import type { EncodingOptions, EncodingReport, EncodingWishes, LatentManifest } from './schema.ts';
import { latentsFolder, latentsKey, readManifest, shardFile, writeManifest, writeShard } from './store.ts';
import { takeOver } from './take-over.ts';
import { UnfinishedShard, picturesOf, readUnfinished, removeUnfinishedShard } from './unfinished.ts';
import type { BatchOutcome, Unfinished } from './unfinished.ts';

export interface EncodeProgress extends Progress {
  readonly idleShare?: number;
  readonly counts: Readonly<Record<'reused' | 'encoded' | 'retried' | 'leftOut', number>>;
}

export interface EncodeOptions extends Omit<EncoderOptions, keyof EncodingOptions>, EncodingWishes {
  readonly project: string;
  readonly pictures: readonly UsedPicture[];
  readonly datasetHash: string;
  /** Names how pictures were brought to their size; without it nothing is taken over from other sets. */
  readonly shaping?: string | undefined;
  /** Names what single pictures show instead, by id. */
  readonly framings?: Readonly<Record<string, string>> | undefined;
  /** RGB bytes of a picture's shaped copy, size × size × 3. */
  readonly loadPixels: (picture: UsedPicture) => Promise<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
}

/** Batches whose pictures are in memory before the device has them, and those that it has. */
const batchesAhead = 3;
const batchesOnDevice = 2;
const mostBytesAhead = 64 * 2 ** 20;

/** What the options come to for this VAE. Throws `latents.noPosterior` and `latents.wrongSize`. */
function settle({ vae, pictureSize, posterior = 'mean', flip = false, precision = 'full' }: EncodeOptions) {
  if (posterior === 'sample' && !vae.hasPosterior) throw studioError('latents.noPosterior', { vae: vae.title });
  const { title, reduction } = vae;
  if (pictureSize % reduction !== 0)
    throw studioError('latents.wrongSize', { vae: title, size: pictureSize, reduction });
  const refusesHalf = precision === 'half' && vae.needsFullPrecision;
  const options: EncodingOptions = { posterior, flip, precision: refusesHalf ? 'full' : precision };
  return {
    options,
    fullPrecisionBecause: refusesHalf ? `${title} gives numbers inside that are too large for float16.` : undefined,
  };
}

/**
 * Encodes what is missing. The returned manifest lists every picture but those left out; statistics are still to be made. Throws
 * `latents.noPosterior`, `latents.wrongSize`, and `latents.notFinite` when no picture is left.
 */
export async function encodePictures(
  given: EncodeOptions,
): Promise<{ manifest: LatentManifest; report: EncodingReport }> {
  const { options, fullPrecisionBecause } = settle(given);
  const half = options.precision === 'half' && (await given.device.info({})).kind !== 'cpu';
  const { manifest, reused, encoded, idleShare } = await new Encoding(given, options, half).run();
  const { retried, leftOut } = manifest;
  return {
    manifest,
    report: {
      ...{ pictures: picturesIn(manifest), reused, encoded, retried, leftOut },
      ...(idleShare === undefined ? {} : { idleShare }),
      ...(fullPrecisionBecause === undefined ? {} : { fullPrecisionBecause }),
    },
  };
}

/** Some pictures of a shard that go through the device together. */
interface Batch {
  /** All pictures of the shard. */
  readonly planned: readonly string[];
  /** What an earlier try has of the shard. */
  readonly known?: Unfinished | undefined;
  readonly pictures: readonly UsedPicture[];
  readonly isLast: boolean;
}

/** A batch that the device has. */
interface Sent {
  readonly batch: Batch;
  /** Planes of all copies of its pictures. */
  readonly x: Float32Array;
  readonly latents: Promise<Float32Array>;
}

class Encoding {
  readonly #given: EncodeOptions;
  readonly #options: EncodingOptions;
  readonly #folder: string;
  readonly #byId: ReadonlyMap<string, UsedPicture>;
  readonly #encoder: Encoder;
  /** Numbers of all copies of a picture. */
  readonly #rowLength: number;
  readonly #meter = new ProgressMeter();
  #manifest: LatentManifest;
  #clock: DeviceClock | undefined;
  #open: UnfinishedShard | undefined;
  /** Pictures that are behind us, and what became of those of this time. */
  #done = 0;
  readonly #counts = { reused: 0, encoded: 0, retried: 0, leftOut: 0 };

  constructor(given: EncodeOptions, options: EncodingOptions, half: boolean) {
    const { vae, pictureSize, datasetHash, shaping, framings = {} } = given;
    this.#given = given;
    this.#options = options;
    const key = latentsKey({ datasetHash, vaeHash: vae.hash, ...options });
    this.#folder = latentsFolder(given.project, key);
    this.#byId = new Map(given.pictures.map((picture) => [picture.id, picture]));
    this.#encoder = new Encoder({ ...given, ...options }, half);
    const side = pictureSize / vae.reduction;
    this.#rowLength = copiesIn(options) * vae.latentChannels * side * side;
    // Parsed, so that its fields are in the order in which reading it back gives them: the same set is the same bytes.
    this.#manifest = latentManifestSchema.parse({
      ...{ key, vae: { name: vae.name, hash: vae.hash }, datasetHash, pictureSize, ...options },
      ...(shaping === undefined ? {} : { shaping }),
      ...(Object.keys(framings).length === 0 ? {} : { framings }),
      shape: [vae.latentChannels, side, side],
      ...{ shards: [], complete: false, reused: 0, retried: 0, leftOut: [] },
    });
  }

  async run(): Promise<{ manifest: LatentManifest; reused: number; encoded: number; idleShare?: number | undefined }> {
    this.#manifest = (await readManifest(this.#folder)) ?? this.#manifest;
    if (!this.#manifest.complete) {
      await writeManifest(this.#folder, this.#manifest);
      const batches = await this.#plan();
      if (batches.length > 0) await this.#encode(batches);
      await this.#refuseEmpty();
    }
    const { reused, encoded } = this.#counts;
    return { manifest: this.#manifest, reused, encoded, idleShare: this.#clock?.idleShare };
  }

  /** Pictures that are neither in the set nor left out of it, in order. */
  #missing(): string[] {
    const { shards, leftOut } = this.#manifest;
    const settled = new Set([...shards.flatMap(({ pictures }) => pictures), ...leftOut.map(({ id }) => id)]);
    return this.#given.pictures.flatMap(({ id }) => (settled.has(id) ? [] : [id]));
  }

  /** Takes over what there is elsewhere, and cuts the rest into batches: those of an undisturbed run, without what it had done by now. */
  async #plan(): Promise<Batch[]> {
    const { project, signal } = this.#given;
    const [, height, width] = this.#manifest.shape;
    const dimensions = this.#manifest.shape[0] * height * width;
    const plan = planBatches(this.#encoder.rowsAtOnce, dimensions, copiesIn(this.#options));
    const unfinished = await this.#unfinished();
    const begun = new Set(unfinished?.planned);
    const isNotBegun = (id: string) => !begun.has(id);
    const before = this.#manifest.reused;
    const wanted = this.#missing().filter(isNotBegun);
    this.#manifest = await takeOver(project, this.#manifest, wanted, plan.picturesPerShard, signal);
    this.#counts.reused = this.#manifest.reused - before;
    const left = chunks(this.#missing().filter(isNotBegun), plan.picturesPerShard);
    const rest = unfinished ? restOf(unfinished) : [];
    this.#done = this.#given.pictures.length - rest.length - left.flat().length;
    this.#report();
    // Stopped after the last batch and before the shard was written.
    if (unfinished && rest.length === 0) await this.#finishShard();
    const batches = (planned: readonly string[], ids: readonly string[], known?: Unfinished): Batch[] =>
      chunks(ids, plan.picturesPerBatch).map((part, i, all) => ({
        planned,
        pictures: part.map((id) => this.#byId.get(id)!),
        isLast: i === all.length - 1,
        ...(known ? { known } : {}),
      }));
    return [
      ...(unfinished ? batches(unfinished.planned, rest, unfinished) : []),
      ...left.flatMap((planned) => batches(planned, planned)),
    ];
  }

  /** The shard that an earlier try has begun, unless it was finished all the same: killed between two files. */
  async #unfinished(): Promise<Unfinished | undefined> {
    const unfinished = await readUnfinished(this.#folder);
    const missing = new Set(this.#missing());
    if (unfinished?.planned.every((id) => missing.has(id))) return unfinished;
    await removeUnfinishedShard(this.#folder);
    return undefined;
  }

  async #encode(batches: readonly Batch[]): Promise<void> {
    const { signal } = this.#given;
    const loaded = inOrder(asyncOf(batches), {
      most: batchesAhead,
      mostWeight: mostBytesAhead,
      weigh: ({ pictures }) => pictures.length * 4 * this.#pixels,
      work: (batch) => this.#load(batch),
      signal,
    });
    // The first pictures are decoded while the program is loaded.
    const first = loaded.next();
    first.catch(() => undefined);
    try {
      await this.#encoder.load();
      const clock = new DeviceClock();
      this.#clock = clock;
      const sent: Sent[] = [];
      for (let turn = await first; !turn.done; turn = await loaded.next()) {
        const [batch, x] = turn.value;
        const ids = batch.pictures.map(({ id }) => id);
        const latents = clock.during(() => this.#encoder.encode(ids, x));
        // Awaited in its turn; a failure before that ends the job, and nobody asks for it any more.
        latents.catch(() => undefined);
        sent.push({ batch, x, latents });
        if (sent.length > batchesOnDevice) await this.#keep(sent.shift()!, clock);
      }
      for (const last of sent) await this.#keep(last, clock);
      clock.stop();
    } finally {
      await loaded.return(undefined);
      await this.#open?.close();
      await this.#encoder.release();
    }
  }

  /** Numbers of the planes of all copies of a picture. */
  get #pixels(): number {
    return 3 * copiesIn(this.#options) * this.#given.pictureSize ** 2;
  }

  async #load({ pictures }: Batch): Promise<Float32Array> {
    const { pictureSize, loadPixels } = this.#given;
    const x = new Float32Array(pictures.length * this.#pixels);
    await Promise.all(
      pictures.map(async (picture, i) => {
        const at = i * this.#pixels;
        toPlanes(await loadPixels(picture), x, at);
        if (this.#options.flip) mirrorPlanes(x.subarray(at, at + this.#pixels), pictureSize);
      }),
    );
    return x;
  }

  /** Appends what the device made of a batch; after the last batch the shard is whole. */
  async #keep(sent: Sent, clock: DeviceClock): Promise<void> {
    const { batch } = sent;
    const latents = await sent.latents;
    throwIfCancelled(this.#given.signal);
    const { rows, ...outcome } = await this.#judge(sent, latents, clock);
    this.#open ??= await UnfinishedShard.open(this.#folder, batch.planned, batch.known);
    await this.#open.append(outcome, rows);
    this.#counts.encoded += outcome.pictures.length;
    this.#counts.retried += outcome.retried;
    this.#counts.leftOut += outcome.leftOut.length;
    this.#done += batch.pictures.length;
    if (batch.isLast) await this.#finishShard();
    this.#report();
  }

  /** Pictures whose numbers broke are done again in float32, and left out when that does not help. */
  async #judge({ batch: { pictures }, x }: Sent, latents: Float32Array, clock: DeviceClock): Promise<Judged> {
    const problemOf = (row: Float32Array) => problemWith(row, this.#options);
    const part = (all: Float32Array, i: number, length: number) => all.subarray(i * length, (i + 1) * length);
    const broken = pictures.flatMap((_, i) => (problemOf(part(latents, i, this.#rowLength)) ? [i] : []));
    const retried = this.#encoder.computesInHalf ? broken : [];
    for (const i of retried) {
      const { id } = pictures[i]!;
      const again = await clock.during(() => this.#encoder.encode([id], part(x, i, this.#pixels).slice(), true));
      latents.set(again, i * this.#rowLength);
    }
    const leftOut = broken.flatMap((i) => {
      const reason = problemOf(part(latents, i, this.#rowLength));
      return reason === undefined ? [] : [{ id: pictures[i]!.id, source: pictures[i]!.source, reason }];
    });
    const gone = new Set(leftOut.map(({ id }) => id));
    const kept = [...pictures.keys()].filter((i) => !gone.has(pictures[i]!.id));
    const rows = new Float32Array(kept.length * this.#rowLength);
    kept.forEach((i, k) => rows.set(part(latents, i, this.#rowLength), k * this.#rowLength));
    return { rows, pictures: kept.map((i) => pictures[i]!.id), retried: retried.length, leftOut };
  }

  async #finishShard(): Promise<void> {
    await this.#open?.close();
    this.#open = undefined;
    const { batches, rows, ...unfinished } = (await readUnfinished(this.#folder))!;
    const pictures = picturesOf({ batches, rows, ...unfinished });
    const { shards, retried, leftOut } = this.#manifest;
    const file = shardFile(shards.length);
    if (pictures.length > 0) await writeShard(this.#folder, file, rows, this.#manifest);
    this.#manifest = {
      ...this.#manifest,
      shards: pictures.length > 0 ? [...shards, { file, pictures }] : shards,
      retried: retried + batches.reduce((sum, batch) => sum + batch.retried, 0),
      leftOut: [...leftOut, ...batches.flatMap((batch) => batch.leftOut)],
    };
    await writeManifest(this.#folder, this.#manifest);
    await removeUnfinishedShard(this.#folder);
  }

  async #refuseEmpty(): Promise<void> {
    const { shards, leftOut } = this.#manifest;
    if (shards.length > 0) return;
    await rm(this.#folder, { recursive: true, force: true });
    throw studioError('latents.notFinite', { pictures: leftOut.map(({ source }) => source) });
  }

  #report(): void {
    const progress = this.#meter.update(this.#done, this.#given.pictures.length);
    const idleShare = this.#clock?.idleShare;
    this.#given.onProgress?.({
      ...progress,
      counts: { ...this.#counts },
      ...(idleShare === undefined ? {} : { idleShare }),
    });
  }
}

interface Judged extends BatchOutcome {
  readonly rows: Float32Array;
}

/** Why these latents can not be kept; undefined when they can. */
function problemWith(row: Float32Array, { precision }: EncodingOptions): string | undefined {
  const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(largest)) return 'The VAE gives numbers that are not finite for it, even in float32.';
  return precision === 'half' && largest > largestHalf
    ? `Its latents reach ${largest.toPrecision(3)}, more than float16 can hold: encode in full precision.`
    : undefined;
}

/** Pictures that an unfinished shard still lacks. */
function restOf({ planned, batches }: Unfinished): string[] {
  const done = new Set(batches.flatMap(({ pictures, leftOut }) => [...pictures, ...leftOut.map(({ id }) => id)]));
  return planned.filter((id) => !done.has(id));
}

async function* asyncOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
