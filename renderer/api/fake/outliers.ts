/** The fake's outliers: a few pictures have most of them, and one cell is a habit of the VAE. */
import type { StudioContract } from '../../../main/api/contract/contract.ts';
import { Random } from '../../../main/base/random.ts';
import { studioError } from '../../../main/base/errors.ts';
import type { Handlers } from '../../../main/base/rpc.ts';
import type { Input, Output, UsedPicture } from '../studio.ts';
import { latentStatistics } from './figures.ts';

type Methods = 'latents.outliers' | 'latents.outlierPictures' | 'latents.positions' | 'latents.ofPicture';
type Filter = Input<'latents.outliers'>['filter'];
type Outlier = Output<'latents.outliers'>['rows'][number];
type Picture = Output<'latents.outlierPictures'>['rows'][number];

const side = 8;
const mostIndexed = 2000;
const habit = { channel: 2, row: 0, col: 7, share: 0.83 } as const;

interface Facts {
  readonly outliers: readonly Outlier[];
  readonly pictures: readonly Picture[];
}

/** The most extreme first, of pictures whose index comes up the more often the smaller it is. */
function factsOf(used: number, pictureAt: (index: number) => UsedPicture): Facts {
  const random = new Random({ seed: 3, stream: 'test', index: 0 });
  const { channels } = latentStatistics(used);
  const outliers = Array.from({ length: mostIndexed }, (_, rank): Outlier => {
    const { id, source, file } = pictureAt(Math.floor(used * random.uniform() ** 6) % used);
    const channel = Math.floor(random.uniform(0, channels.length));
    const { median, mad } = channels[channel]!;
    const z = (random.uniform() < 0.4 ? -1 : 1) * (5 + 30 / (1 + rank / 60));
    const [row, col] = [random.uniform(0, side), random.uniform(0, side)].map(Math.floor) as [number, number];
    return { ...{ picture: id, source, file, channel, row, col }, value: median + (z * mad) / 0.6745, z };
  });
  const byPicture = new Map<string, Outlier[]>();
  for (const outlier of outliers) byPicture.set(outlier.picture, [...(byPicture.get(outlier.picture) ?? []), outlier]);
  const pictures = Array.from({ length: used }, (_, i): Picture => {
    const { id, source, file, width, height } = pictureAt(i);
    const own = byPicture.get(id) ?? [];
    const { channel, row, col, value, z } = own[0] ?? outliers[0]!;
    return {
      ...{ id, source, file, width, height },
      ...{ innerCount: 3 * own.length, outerCount: own.length, share: own.length / (4 * side * side) },
      worst: own.length === 0 ? null : { channel, row, col, value, z },
    };
  });
  const size = ({ worst }: Picture) => Math.abs(worst?.z ?? 0);
  return { outliers, pictures: pictures.sort((a, b) => b.outerCount - a.outerCount || size(b) - size(a)) };
}

const lets =
  ({ channel, from = -Infinity, to = Infinity, cell, picture }: Filter) =>
  (outlier: Outlier): boolean =>
    (channel === undefined || outlier.channel === channel) &&
    outlier.value >= from &&
    outlier.value <= to &&
    (cell === undefined || (outlier.row === cell.row && outlier.col === cell.col)) &&
    (picture === undefined || outlier.picture === picture);

/** @param usedNow pictures of the project, when it has latents */
export function fakeOutlierHandlers(
  usedNow: () => number | undefined,
  pictureAt: (index: number) => UsedPicture,
): Pick<Handlers<StudioContract>, Methods> {
  let last: { readonly used: number; readonly facts: Facts } | undefined;
  const facts = (): Facts => {
    const used = usedNow();
    if (used === undefined) throw studioError('latents.missing', {});
    if (last?.used !== used) last = { used, facts: factsOf(used, pictureAt) };
    return last.facts;
  };
  return {
    'latents.outliers': ({ filter, offset, limit }) => {
      const matching = facts().outliers.filter(lets(filter));
      const rows = matching.slice(offset, offset + limit);
      return { total: 3 * mostIndexed, indexed: mostIndexed, matching: matching.length, rows };
    },
    'latents.outlierPictures': ({ filter, offset, limit }) => {
      const { outliers, pictures } = facts();
      const having = new Set(outliers.filter(lets(filter)).map(({ picture }) => picture));
      const shown = Object.keys(filter).length === 0 ? pictures : pictures.filter(({ id }) => having.has(id));
      return { total: shown.length, rows: shown.slice(offset, offset + limit) };
    },
    'latents.positions': () => {
      const random = new Random({ seed: 4, stream: 'test', index: 0 });
      const shares = Array.from({ length: 4 * side * side }, () => 0.01 * random.uniform());
      shares[(habit.channel * side + habit.row) * side + habit.col] = habit.share;
      return { shape: [4, side, side], pictures: facts().pictures.length, shares, habits: [habit] };
    },
    'latents.ofPicture': ({ picture }) => {
      const random = new Random({
        seed: 5,
        stream: 'test',
        index: facts().pictures.findIndex(({ id }) => id === picture),
      });
      const z = Array.from({ length: 4 * side * side }, () => random.normal());
      const values = [...z];
      const { channels } = latentStatistics(facts().pictures.length);
      for (const outlier of facts().outliers.filter(lets({ picture })))
        z[(outlier.channel * side + outlier.row) * side + outlier.col] = outlier.z;
      z.forEach((each, i) => {
        const { median, mad } = channels[Math.floor(i / (side * side))]!;
        values[i] = median + (each * mad) / 0.6745;
      });
      return { shape: [4, side, side], values, z };
    },
  };
}
