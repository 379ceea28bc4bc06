/**
 * One channel of a set of latents, from pass to pass over its rows. Where the rest follows from few values, or a sample told enough
 * beforehand, one pass is all; otherwise bins are counted first, then the values of the bins that matter are looked at, and the third
 * pass knows everything exactly.
 */
import { BinValues } from './bin-values.ts';
import { binCount, bitsOf } from './bins.ts';
import { Distribution } from './distribution.ts';
import { countBins, findMarked } from './kernels.ts';
import { exactOrderOf, orderOf, wantedBins } from './order.ts';
import type { OrderStatistics } from './order.ts';
import { exactPlan } from './plan.ts';
import type { ScanPlan } from './plan.ts';
import { resultOf } from './result.ts';
import type { ChannelResult } from './result.ts';
import type { ChannelPlace, RowMemory } from './row-kernel.ts';
import { ChannelScan } from './scan.ts';
import type { ScanSizes } from './scan.ts';

export interface ChannelTask extends ChannelPlace, ScanSizes {
  readonly channel: number;
  /** Its own part of the memory that the rows come in. */
  readonly memory: RowMemory;
  /** From a sample of rows; without it all is found exactly, in three passes. */
  readonly plan?: ScanPlan | undefined;
}

type Stage =
  | { readonly kind: 'count'; readonly counts: Uint32Array }
  | {
      readonly kind: 'look';
      readonly distribution: Distribution;
      readonly values: BinValues;
      readonly marks: Uint8Array;
      readonly found: Uint32Array;
    }
  | { readonly kind: 'scan'; readonly scan: ChannelScan; readonly order?: OrderStatistics }
  | { readonly kind: 'done'; readonly result: ChannelResult };

export class ChannelMeasure {
  readonly #task: ChannelTask;
  #stage: Stage;

  constructor(task: ChannelTask) {
    this.#task = task;
    this.#stage = task.plan
      ? { kind: 'scan', scan: new ChannelScan(task, task, task.memory, task.plan) }
      : { kind: 'count', counts: task.memory.counts.fill(0) };
  }

  /** Adds whole rows, of which the first is this one of the set. */
  add(block: Float32Array, firstRow: number): void {
    const stage = this.#stage;
    if (stage.kind === 'done') return;
    if (stage.kind === 'scan') return stage.scan.add(block, firstRow);
    const { dimensions, offset, positions } = this.#task;
    const bits = bitsOf(block);
    for (let from = offset; from < block.length; from += dimensions) {
      if (stage.kind === 'count') {
        countBins(bits, from, from + positions, stage.counts);
        continue;
      }
      const found = findMarked(bits, from, from + positions, stage.marks, stage.found);
      for (let i = 0; i < found; i++) stage.values.add(block[stage.found[i]!]!);
    }
  }

  /** Ends a pass over all rows. True when another one is needed. */
  endPass(): boolean {
    this.#stage = this.#next(this.#stage);
    return this.#stage.kind !== 'done';
  }

  /** What was found, when no other pass is needed. */
  get result(): ChannelResult | undefined {
    return this.#stage.kind === 'done' ? this.#stage.result : undefined;
  }

  #next(stage: Stage): Stage {
    if (stage.kind === 'done') return stage;
    if (stage.kind === 'count') return this.#look(new Distribution(stage.counts));
    if (stage.kind === 'look') {
      const order = exactOrderOf(stage.distribution, stage.values);
      const plan = exactPlan(stage.distribution, order);
      return { kind: 'scan', scan: new ChannelScan(this.#task, this.#task, this.#task.memory, plan), order };
    }
    const { scan } = stage;
    const distribution = new Distribution(scan.memory.counts);
    const order = stage.order ?? orderOf(distribution);
    const settled = scan.settle(order);
    // The sample was misleading.
    if (!settled) return this.#look(distribution);
    const rows = this.#task.pictures * this.#task.copies;
    return { kind: 'done', result: resultOf(this.#task.channel, scan, distribution, order, settled, rows) };
  }

  #look(distribution: Distribution): Stage {
    const wanted = wantedBins(distribution);
    const marks = new Uint8Array(binCount);
    for (const key of wanted.keys()) marks[key] = 1;
    const found = new Uint32Array(this.#task.positions + 4);
    return { kind: 'look', distribution, values: new BinValues(wanted), marks, found };
  }
}
