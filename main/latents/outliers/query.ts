/**
 * Questions to the index of one set. What was asked last is kept, because a grid asks for page after page of the same.
 *
 * Counts of pictures and places are of the whole set; which picture has values of a channel, a range or a place is only known of the
 * values that the index lists, the most extreme ones.
 */
import type { OutlierFilter, OutlierPositions, PlacedOutlier } from '../outlier-schema.ts';
import type { OutlierIndexData } from './assemble.ts';
import { robustZ } from './robust-z.ts';

/** One value of the index. */
export interface IndexedOutlier extends PlacedOutlier {
  /** The index of its picture in the set. */
  readonly picture: number;
}

/** What is known of a picture. */
export interface PictureCounts {
  readonly picture: number;
  readonly innerCount: number;
  readonly outerCount: number;
  /** Share of its values that are beyond the outer fences. */
  readonly share: number;
  readonly worst: PlacedOutlier | null;
}

/** A page of what a filter lets through, and how many that are in all. */
export interface Page<Row> {
  readonly total: number;
  readonly rows: readonly Row[];
}

/** A filter whose picture is meant by its index in the set; −1 for one that is not in it. */
export type IndexFilter = Omit<OutlierFilter, 'picture'> & { readonly picture?: number | undefined };

/** Where most pictures have an outlier it is the VAE's doing, if there are enough pictures to say so. */
const habitShare = 0.5;
const leastPictures = 8;

export class OutlierIndex {
  readonly data: OutlierIndexData;
  #outliers: { readonly asked: string; readonly found: Uint32Array } | undefined;
  #pictures: { readonly asked: string; readonly found: Uint32Array } | undefined;
  #positions: OutlierPositions | undefined;

  constructor(data: OutlierIndexData) {
    this.data = data;
  }

  /** Values that the filter lets through, the most extreme first. */
  outliers(filter: IndexFilter, offset: number, limit: number): Page<IndexedOutlier> {
    const asked = JSON.stringify(filter);
    if (this.#outliers?.asked !== asked) this.#outliers = { asked, found: this.#matching(filter) };
    const { found } = this.#outliers;
    const { values, pictures, elements } = this.data.numbers;
    const rows = Array.from(found.subarray(offset, offset + limit), (i) => ({
      picture: pictures[i]!,
      ...this.#placed(values[i]!, elements[i]!),
    }));
    return { total: found.length, rows };
  }

  /** Pictures that the filter lets through: those with the largest share beyond the outer fences first. */
  pictures(filter: IndexFilter, offset: number, limit: number): Page<PictureCounts> {
    const asked = JSON.stringify(filter);
    if (this.#pictures?.asked !== asked) this.#pictures = { asked, found: this.#matchingPictures(filter) };
    const { found } = this.#pictures;
    const { order, inner, outer, worst, worstElements, cells } = this.data.numbers;
    const rows = Array.from(found.subarray(offset, offset + limit), (i) => ({
      picture: order[i]!,
      innerCount: inner[i]!,
      outerCount: outer[i]!,
      share: outer[i]! / cells.length,
      worst: inner[i]! > 0 ? this.#placed(worst[i]!, worstElements[i]!) : null,
    }));
    return { total: found.length, rows };
  }

  get positions(): OutlierPositions {
    return (this.#positions ??= this.#makePositions());
  }

  /** Robust z of all values of a latent. */
  zOf(latent: Float32Array): number[] {
    const { channels } = this.data.facts;
    const positions = latent.length / channels.length;
    return Array.from(latent, (value, i) => robustZ(value, channels[Math.floor(i / positions)]!));
  }

  /** Indices into the listed values. */
  #matching(filter: IndexFilter): Uint32Array {
    const { numbers, facts } = this.data;
    const { values, pictures, elements } = numbers;
    const [, height, width] = facts.shape;
    const { channel, from = -Infinity, to = Infinity, beyond, cell, picture } = filter;
    return indicesWhere(values.length, (i) => {
      const value = values[i]!;
      const element = elements[i]!;
      const ofChannel = Math.floor(element / (height * width));
      if (channel !== undefined && ofChannel !== channel) return false;
      if (value < from || value > to) return false;
      if (picture !== undefined && pictures[i] !== picture) return false;
      // All that is listed is beyond the inner fences.
      const { outerFences } = facts.channels[ofChannel]!;
      if (beyond === 'outer' && value >= outerFences[0] && value <= outerFences[1]) return false;
      return cell === undefined || element % (height * width) === cell.row * width + cell.col;
    });
  }

  /** Indices into the ordered pictures. */
  #matchingPictures(filter: IndexFilter): Uint32Array {
    const { order, inner, outer, pictures } = this.data.numbers;
    const { channel, from, to, cell, picture, beyond } = filter;
    const isOfValues = [channel, from, to, cell].some((bound) => bound !== undefined);
    const having = isOfValues ? new Uint8Array(order.length) : undefined;
    if (having) for (const i of this.#matching(filter)) having[pictures[i]!] = 1;
    return indicesWhere(order.length, (i) => {
      if (picture !== undefined && order[i] !== picture) return false;
      if (having) return having[order[i]!] === 1;
      if (beyond === undefined) return true;
      return (beyond === 'outer' ? outer : inner)[i]! > 0;
    });
  }

  #placed(value: number, element: number): PlacedOutlier {
    const { shape, channels } = this.data.facts;
    const [, height, width] = shape;
    const channel = Math.floor(element / (height * width));
    const at = element % (height * width);
    const z = robustZ(value, channels[channel]!);
    return { channel, row: Math.floor(at / width), col: at % width, value, z };
  }

  #makePositions(): OutlierPositions {
    const { facts, numbers } = this.data;
    const { pictures, shape } = facts;
    const shares = Array.from(numbers.cells, (count) => count / pictures);
    const habits = shares.flatMap((share, element) => {
      if (pictures < leastPictures || share <= habitShare) return [];
      const { channel, row, col } = this.#placed(0, element);
      return [{ channel, row, col, share }];
    });
    habits.sort((a, b) => b.share - a.share);
    return { shape, pictures, shares, habits };
  }
}

/** Indices from 0 to before `length` that pass a test. */
function indicesWhere(length: number, test: (index: number) => boolean): Uint32Array {
  const found = new Uint32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) if (test(i)) found[count++] = i;
  return found.subarray(0, count);
}
