/** Optimal-transport coupling of a batch: the cost matrix and the exact assignment. */
import { z } from 'zod';
import { assign, pairCosts } from '../../consistency/coupling.ts';
import { fill, inputStreams } from '../fill.ts';
import { timed } from './task.ts';
import type { Prepare } from './task.ts';

export const otSpecSchema = z.strictObject({ batch: z.int().positive(), dimensions: z.int().positive() });

/** `values`: the total cost. */
export const prepareOt: Prepare = async (given) => {
  const { batch, dimensions } = otSpecSchema.parse(given);
  const x = fill(batch * dimensions, inputStreams);
  const noise = fill(batch * dimensions, inputStreams + 1);
  return Promise.resolve({
    facts: {},
    round: () =>
      timed(() => {
        const cost = pairCosts(x, noise, batch);
        const columns = assign(cost, batch);
        return [columns.reduce((sum, column, row) => sum + cost[row * batch + column]!, 0)];
      }),
  });
};
