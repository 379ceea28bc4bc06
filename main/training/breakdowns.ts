/**
 * What to do about steps whose numbers are not finite. Each is rolled back and counted. More than a limit of them since the learning
 * rate was last halved: it halves again, for the rest of the run, and counting begins anew. Where that becomes due a second time
 * without a single step in between that took place, halving is no remedy, and the run pauses.
 *
 * Source   method §1.6, point 10: the authors' code halves after more than 100 NaNs and resets its counter
 * Differs  it halves for ever; here the rolled-back step leaves the averages as they are, too
 */

/** Where a run is with them; part of its checkpoints, so that a resumed run goes on alike. */
export interface Breakdowns {
  /** Steps that were rolled back so far, of whatever reason. */
  readonly skipped: number;
  /** How often the learning rate was halved. */
  readonly halvings: number;
  /** Of the skipped steps those that count towards the next halving. */
  readonly skippedSinceHalving: number;
  /** Whether a step took place since the last halving, or since the start. */
  readonly tookPlaceSinceHalving: boolean;
}

export const noBreakdowns: Breakdowns = {
  skipped: 0,
  halvings: 0,
  skippedSinceHalving: 0,
  tookPlaceSinceHalving: false,
};

/** Those of a position or a checkpoint. */
export const breakdownsOf = ({
  skipped,
  halvings,
  skippedSinceHalving,
  tookPlaceSinceHalving,
}: Breakdowns): Breakdowns => ({ skipped, halvings, skippedSinceHalving, tookPlaceSinceHalving });

/** What follows from a step. */
export type Verdict = 'goOn' | 'halve' | 'pause';

/** After a step that took place or not. An overflow of a scaled loss (mixed precision) is how its scale is found: it does not count. */
export function afterStep(
  before: Breakdowns,
  step: { readonly committed: boolean; readonly lossScale: number },
  limit: number,
): { readonly after: Breakdowns; readonly verdict: Verdict } {
  if (step.committed) return { after: { ...before, tookPlaceSinceHalving: true }, verdict: 'goOn' };
  const skipped = before.skipped + 1;
  if (step.lossScale > 1) return { after: { ...before, skipped }, verdict: 'goOn' };
  const skippedSinceHalving = before.skippedSinceHalving + 1;
  if (skippedSinceHalving <= limit) return { after: { ...before, skipped, skippedSinceHalving }, verdict: 'goOn' };
  const isHopeless = before.halvings > 0 && !before.tookPlaceSinceHalving;
  return {
    after: {
      skipped,
      halvings: before.halvings + (isHopeless ? 0 : 1),
      skippedSinceHalving: 0,
      tookPlaceSinceHalving: false,
    },
    verdict: isHopeless ? 'pause' : 'halve',
  };
}

/** Steps that can be made before the learning rate could change: all of them have the same one, however many are handed over at once. */
export const stepsBeforeHalving = ({ skippedSinceHalving }: Breakdowns, limit: number): number =>
  limit + 1 - skippedSinceHalving;

export const learningRateAfter = (learningRate: number, halvings: number): number => learningRate * 0.5 ** halvings;

/** Whether the log tells of it: the first since the last halving, the 10th, the 100th and so on. */
export const isTold = ({ skippedSinceHalving }: Breakdowns): boolean => /^10*$/.test(String(skippedSinceHalving));
