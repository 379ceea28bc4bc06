/** Measures all channels of a set of latents: as many passes over its rows as they need, of which few blocks are in memory at a time. */
import { Arena } from './arena.ts';
import { Blocks } from './blocks.ts';
import { ChannelMeasure } from './channel.ts';
import type { ChannelTask } from './channel.ts';
import type { ChannelResult } from './result.ts';
import { rowArrays, rowBytes, rowMemory } from './row-kernel.ts';
import { dimensionsOf } from './rows.ts';
import type { Block, Rows } from './rows.ts';
import { planBySample } from './sample.ts';

/** Whoever does the work for some channels: this thread, or others. */
export interface Measurer {
  /** Resolves when the block's values are not needed any more. Blocks are added in order, also before the last one is done. */
  add(block: Block): Promise<void>;
  /** After the last block of a pass: whether another pass is needed. */
  endPass(): Promise<boolean>;
  /** By channel, when no other pass is needed. */
  results(): Promise<ChannelResult[]>;
  close(): Promise<void>;
}

/** What there is to measure, before it is known how. */
export interface Work {
  readonly channels: number;
  readonly values: number;
  /** Memory that the rows come in. */
  readonly blocks: readonly Float32Array[];
  /** One for each channel; a sample may have to be read before. */
  readonly tasks: Promise<readonly ChannelTask[]>;
}
export type OpenMeasurer = (work: Work) => Measurer;

/** Does all in this thread. */
export function measureHere({ tasks }: Pick<Work, 'tasks'>): Measurer {
  const opened = tasks.then((all) => all.map((task) => new ChannelMeasure(task)));
  // Whoever adds a block hears of it.
  opened.catch(() => undefined);
  return {
    add: async ({ values, firstRow }) => {
      for (const channel of await opened) channel.add(values, firstRow);
    },
    // Not `some`: every channel ends its pass.
    endPass: async () => (await opened).filter((channel) => channel.endPass()).length > 0,
    results: async () => (await opened).map(({ result }) => result!),
    close: async () => undefined,
  };
}

export interface MeasureOptions {
  readonly open?: OpenMeasurer | undefined;
  /** Sets of more values are read once, and their quartiles and MAD are not exact. */
  readonly mostExact?: number | undefined;
  /** How many of the most extreme values beyond the inner fences are kept. */
  readonly mostExtremes: number;
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

/** 1 MiB, unless a row is larger: more than that would not stay in the caches until it is measured. */
const mostBlockValues = 2 ** 18;
/** Blocks that are read or worked on at a time; fewer of larger ones. */
const mostBlocks = 16;
const leastBlocks = 3;
/** 256 MiB. */
const mostExactValues = 2 ** 26;
/** Of both sides of all channels together: 12 bytes each. */
const mostUnsureValues = 2 ** 24;

/** @returns what each channel has, in order */
export async function measureChannels(rows: Rows, options: MeasureOptions): Promise<ChannelResult[]> {
  const { open = measureHere, mostExact = mostExactValues, mostExtremes, onProgress } = options;
  const { pictures, copies, shape } = rows;
  const [channels, height, width] = shape;
  const positions = height * width;
  const dimensions = channels * positions;
  const values = pictures * copies * dimensions;
  const isExact = values <= mostExact;
  const rowsPerBlock = Math.max(1, Math.floor(mostBlockValues / dimensions));
  const inUse = Math.max(
    leastBlocks,
    Math.floor((mostBlocks * mostBlockValues) / Math.max(mostBlockValues, dimensions)),
  );
  const bytes = channels * rowBytes(positions, rowsPerBlock) + 4 * inUse * rowsPerBlock * dimensions;
  const arena = new Arena(channels * rowArrays + inUse, bytes);
  const blocks = new Blocks(Array.from({ length: inUse }, () => arena.float32(rowsPerBlock * dimensions)));
  const planned = isExact ? Promise.resolve([]) : planBySample(rows);
  const tasks = planned.then((plans) =>
    Array.from({ length: channels }, (_, channel) => ({
      ...{ channel, dimensions, positions, offset: channel * positions, plan: plans[channel] },
      ...{ pictures, copies, mostExtremes, mostUnsure: Math.ceil(mostUnsureValues / channels / 2) },
      memory: rowMemory(arena, positions, rowsPerBlock),
    })),
  );
  // While the sample is read, threads can start.
  const measurer = open({ channels, values, blocks: blocks.all, tasks });
  try {
    let passes = (await tasks).every(({ plan }) => plan !== undefined) ? 1 : 3;
    for (let pass = 0, again = true; again; pass++) {
      await readAll(rows, blocks, measurer, (done) =>
        onProgress?.({ done: pass * pictures + done, total: passes * pictures }),
      );
      again = await measurer.endPass();
      if (again && pass + 1 === passes) passes += 2;
    }
    return await measurer.results();
  } finally {
    await measurer.close();
  }
}

/** One pass: a block is read while those before it are worked on. The first failure is thrown. */
async function readAll(
  rows: Rows,
  blocks: Blocks,
  measurer: Measurer,
  onPictures: (done: number) => void,
): Promise<void> {
  const dimensions = dimensionsOf(rows.shape);
  const working = new Set<Promise<void>>();
  let failure: { readonly thrown: unknown } | undefined;
  for await (const block of rows.pass(blocks)) {
    if (failure) break;
    const work = measurer
      .add(block)
      .catch((thrown: unknown) => (failure ??= { thrown }))
      .then(() => {
        blocks.give(block.memory);
        working.delete(work);
        onPictures(Math.floor((block.firstRow + block.values.length / dimensions) / rows.copies));
      });
    working.add(work);
  }
  await Promise.all(working);
  if (failure) throw failure.thrown;
}
