/** Outliers of the fake: most pictures have a few, some have many, two planted ones have most; and one place is a habit. */
import { Random } from '../../../main/base/random.ts';
import type { ChannelStatistics, LatentStatistics, OutlierFilter, PictureLatents, PlacedOutlier } from '../studio.ts';

/** Pictures with a planted pattern, by their place in the dataset. */
export const planted = { square: 41, checkerboard: 187 } as const;
/** Where most pictures have an outlier. */
const habit = { channel: 2, share: 0.56 };

interface Entry {
  readonly picture: number;
  readonly element: number;
  readonly value: number;
  readonly z: number;
}

export interface FakePicture {
  readonly picture: number;
  readonly innerCount: number;
  readonly outerCount: number;
  readonly share: number;
  readonly worst: PlacedOutlier | null;
}

type Filter = Omit<OutlierFilter, 'picture'> & { readonly picture: number | undefined };

const isBeyond = (value: number, [low, high]: readonly [number, number]) => value < low || value > high;

/** All that is known of one set: as many values as there are beyond the inner fences, or the `most` most extreme ones. */
export class FakeOutliers {
  readonly statistics: LatentStatistics;
  readonly total: number;
  readonly entries: readonly Entry[];
  readonly #inner: Uint32Array;
  readonly #outer: Uint32Array;
  readonly #worst: (Entry | undefined)[];
  readonly #order: Uint32Array;
  readonly #cells: Float64Array;

  /** @param without pictures that are left out */
  constructor(whole: LatentStatistics, most: number, without: ReadonlySet<number> = new Set()) {
    const { pictures, channels } = whole;
    const wanted = channels.reduce((sum, { outlierCount }) => sum + outlierCount, 0);
    const isWhole = wanted <= most;
    const entries = draw(whole, Math.min(wanted, most), !isWhole).filter(({ picture }) => !without.has(picture));
    this.entries = entries.sort((a, b) => Math.abs(b.z) - Math.abs(a.z)).slice(0, most);
    this.statistics = isWhole ? this.#recounted(whole, pictures - without.size) : whole;
    this.#inner = new Uint32Array(pictures);
    this.#outer = new Uint32Array(pictures);
    this.#worst = new Array<Entry | undefined>(pictures);
    this.#cells = new Float64Array(this.elements);
    for (const entry of this.entries) {
      const { picture, element, value } = entry;
      this.#inner[picture]! += 1;
      this.#worst[picture] ??= entry;
      if (!isBeyond(value, this.#channelOf(element).outerFences)) continue;
      this.#outer[picture]! += 1;
      this.#cells[element]! += 1 / pictures;
    }
    if (!isWhole) this.#addUnlisted();
    this.total = isWhole ? this.entries.length : wanted;
    this.#order = Uint32Array.from({ length: pictures }, (_, i) => i)
      .filter((i) => !without.has(i))
      .sort(
        (a, b) =>
          this.#outer[b]! - this.#outer[a]! || Math.abs(this.#worst[b]?.z ?? 0) - Math.abs(this.#worst[a]?.z ?? 0),
      );
  }

  /** Values beyond the fences of each channel, each changed by `change` first: inner, outer. */
  counts(change: (value: number, channel: ChannelStatistics, picture: number) => number = (value) => value) {
    const counts = this.statistics.channels.map(() => [0, 0] as [number, number]);
    for (const { element, value, picture } of this.entries) {
      const channel = this.#channelOf(element);
      const changed = change(value, channel, picture);
      if (isBeyond(changed, channel.innerFences)) counts[channel.channel]![0] += 1;
      if (isBeyond(changed, channel.outerFences)) counts[channel.channel]![1] += 1;
    }
    return counts;
  }

  /** How many values that are listed are changed by this, and in how many pictures. */
  changed(change: (value: number, channel: ChannelStatistics, picture: number) => number) {
    const found = this.entries.filter(
      ({ element, value, picture }) => change(value, this.#channelOf(element), picture) !== value,
    );
    return { values: found.length, pictures: new Set(found.map(({ picture }) => picture)).size };
  }

  /** The same statistics with the counts of what is left. */
  #recounted(whole: LatentStatistics, pictures: number): LatentStatistics {
    const [, height, width] = whole.shape;
    const channels = whole.channels.map((channel) => {
      const left = this.entries.filter(({ element }) => Math.floor(element / (height * width)) === channel.channel);
      const outer = left.filter(({ value }) => isBeyond(value, channel.outerFences)).length;
      const n = pictures * height * width;
      return { ...channel, n, outlierCount: left.length, innerShare: left.length / n, outerShare: outer / n };
    });
    return { ...whole, pictures, channels };
  }

  get elements(): number {
    return this.statistics.shape.reduce((product, side) => product * side, 1);
  }

  outliers(filter: Filter, offset: number, limit: number) {
    const found = this.#matching(filter);
    return {
      matching: found.length,
      rows: found
        .slice(offset, offset + limit)
        .map((entry) => ({ picture: entry.picture, outlier: this.#placed(entry) })),
    };
  }

  pictures(filter: Filter, offset: number, limit: number): { total: number; rows: FakePicture[] } {
    const { channel, from, to, cell, picture, beyond } = filter;
    const isOfValues = [channel, from, to, cell].some((bound) => bound !== undefined);
    const having = new Uint8Array(this.#order.length);
    if (isOfValues) for (const entry of this.#matching(filter)) having[entry.picture] = 1;
    const counts = beyond === 'outer' ? this.#outer : this.#inner;
    const found = this.#order.filter(
      (i) =>
        (picture === undefined || i === picture) &&
        (isOfValues ? having[i] === 1 : beyond === undefined || counts[i]! > 0),
    );
    const rows = Array.from(found.subarray(offset, offset + limit), (i): FakePicture => {
      const worst = this.#worst[i];
      const outerCount = this.#outer[i]!;
      return {
        picture: i,
        innerCount: this.#inner[i]!,
        outerCount,
        share: outerCount / this.elements,
        worst: worst ? this.#placed(worst) : null,
      };
    });
    return { total: found.length, rows };
  }

  positions() {
    const { shape, pictures } = this.statistics;
    const shares = Array.from(this.#cells, (share) => Math.min(1, share));
    const habits = shares
      .flatMap((share, element) => (share > 0.5 ? [{ ...this.#place(element), share }] : []))
      .sort((a, b) => b.share - a.share);
    return { shape, pictures, shares, habits };
  }

  latentsOf(picture: number): PictureLatents {
    const { shape } = this.statistics;
    const random = new Random({ seed: 11, stream: 'test', index: picture });
    const z = Array.from({ length: this.elements }, () => Math.max(-2.3, Math.min(2.3, random.normal())));
    for (const entry of this.entries) if (entry.picture === picture) z[entry.element] = entry.z;
    const values = z.map((at, element) => {
      const { median, mad } = this.#channelOf(element);
      return median + (at * mad) / 0.6745;
    });
    return { shape, values, z };
  }

  /** Values that are not listed one by one are only counted. */
  #addUnlisted(): void {
    const { pictures, channels, shape } = this.statistics;
    const [, height, width] = shape;
    const mean = (pick: (channel: ChannelStatistics) => number) =>
      (this.elements * channels.reduce((sum, channel) => sum + pick(channel), 0)) / channels.length;
    const [inner, outer] = [mean(({ innerShare }) => innerShare), mean(({ outerShare }) => outerShare)];
    const random = new Random({ seed: 12, stream: 'test', index: 0 });
    for (let i = 0; i < pictures; i++) {
      const wild = Math.exp(random.normal(-0.3, 0.8));
      this.#outer[i]! += Math.round(outer * wild);
      this.#inner[i]! += Math.round(inner * wild) + Math.round(outer * wild);
      const element = random.integer(this.elements);
      const { outerFences, median, mad } = this.#channelOf(element);
      const value = outerFences[1] * random.uniform(1, 1.2);
      this.#worst[i] ??= { picture: i, element, value, z: (0.6745 * (value - median)) / mad };
    }
    for (let element = 0; element < this.elements; element++) {
      const { row, col } = this.#place(element);
      const isBorder = row === 0 || col === 0 || row === height - 1 || col === width - 1;
      this.#cells[element]! += (isBorder ? 0.02 : 0.004) * Math.exp(random.normal(0, 0.4));
    }
  }

  #matching({ channel, from = -Infinity, to = Infinity, beyond, cell, picture }: Filter): Entry[] {
    const [, height, width] = this.statistics.shape;
    const positions = height * width;
    const at = cell && cell.row * width + cell.col;
    return this.entries.filter(({ element, value, picture: of }) => {
      if (channel !== undefined && Math.floor(element / positions) !== channel) return false;
      if (value < from || value > to) return false;
      if (picture !== undefined && of !== picture) return false;
      if (beyond === 'outer' && !isBeyond(value, this.#channelOf(element).outerFences)) return false;
      return at === undefined || element % positions === at;
    });
  }

  #place(element: number) {
    const [, height, width] = this.statistics.shape;
    const at = element % (height * width);
    return { channel: Math.floor(element / (height * width)), row: Math.floor(at / width), col: at % width };
  }

  #channelOf(element: number): ChannelStatistics {
    return this.statistics.channels[this.#place(element).channel]!;
  }

  #placed({ element, value, z }: Entry): PlacedOutlier {
    return { ...this.#place(element), value, z };
  }
}

/** `wanted` values; only far ones where there are more than can be listed. */
function draw({ pictures, channels, shape }: LatentStatistics, wanted: number, onlyFar: boolean): Entry[] {
  const [, height, width] = shape;
  const positions = height * width;
  const random = new Random({ seed: 5, stream: 'test', index: 0 });
  const entries = new Map<number, Entry>();
  const add = (picture: number, element: number, value: number) => {
    const { median, mad } = channels[Math.floor(element / positions)]!;
    const z = (0.6745 * (value - median)) / mad;
    entries.set(picture * channels.length * positions + element, { picture, element, value, z });
  };
  const samples = channels.map(({ outlierSample, outerFences }) =>
    onlyFar ? outlierSample.filter((value) => isBeyond(value, outerFences)) : outlierSample,
  );
  // A few pictures have many.
  const weights = new Float64Array(pictures);
  let sum = 0;
  for (let i = 0; i < pictures; i++) weights[i] = sum += Math.exp(random.normal(0, 1.1));
  while (entries.size < wanted) {
    const picture = firstAbove(weights, random.uniform(0, sum));
    const element = random.integer(channels.length * positions);
    const { median, min, max } = channels[Math.floor(element / positions)]!;
    const value = random.pick(samples[Math.floor(element / positions)]!);
    add(picture, element, Math.max(min, Math.min(max, median + (value - median) * random.uniform(1, 1.06))));
  }
  /** A value `far` of the way from the outer fence to the most extreme one, on the side of `sign`. */
  const far = (channel: number, sign: number, share: number) => {
    const { outerFences, min, max } = channels[channel]!;
    return sign < 0 ? outerFences[0] + share * (min - outerFences[0]) : outerFences[1] + share * (max - outerFences[1]);
  };
  const habitAt = habit.channel * positions + width - 1;
  for (let i = 0; i < pictures; i++)
    if (random.chance(habit.share) && !onlyFar) add(i, habitAt, far(habit.channel, 1, random.uniform(0.02, 0.25)));
  if (planted.checkerboard >= pictures) return [...entries.values()];
  for (let element = 0; element < channels.length * positions; element++) {
    const [channel, at] = [Math.floor(element / positions), element % positions];
    const [y, x] = [Math.floor(at / width) / height, (at % width) / width];
    const fromMiddle = Math.max(Math.abs(x + 0.5 / width - 0.5), Math.abs(y + 0.5 / height - 0.5));
    if (fromMiddle < 0.25) {
      const share = fromMiddle < 0.125 ? random.uniform(0.85, 1) : random.uniform(0.05, 0.4);
      add(planted.square, element, far(channel, channel % 2 ? -1 : 1, share));
    }
    if (channel > 0 && random.chance(0.9))
      add(planted.checkerboard, element, far(channel, channel === 1 ? 1 : -1, random.uniform(0.1, 0.6)));
  }
  return [...entries.values()];
}

function firstAbove(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
