/** The passes in the order they run, until nothing changes. */
import type { Graph } from '../ir/graph.ts';
import { recogniseGelu } from './activations.ts';
import { simplifyBroadcasts } from './broadcasts.ts';
import { shareCommon } from './common.ts';
import { foldConstants } from './constants.ts';
import { removeIdentities } from './identities.ts';
import { addIntoProducts, foldTransposes } from './products.ts';
import { simplifyReductions } from './reductions.ts';
import { removeDeadCode } from './rewrite.ts';
import { joinSlices } from './slices.ts';
import { recogniseUpsample } from './upsample.ts';

const passes = [
  recogniseGelu,
  recogniseUpsample,
  removeIdentities,
  simplifyBroadcasts,
  simplifyReductions,
  foldConstants,
  shareCommon,
  joinSlices,
  foldTransposes,
  addIntoProducts,
];

/** The same function as a smaller graph. */
export function optimise(graph: Graph): Graph {
  let best = removeDeadCode(graph);
  // Each round exposes a little more; graphs of networks settle within four.
  for (let round = 0; round < 8; round++) {
    const next = passes.reduce((current, pass) => pass(current), best);
    if (next.nodes.length === best.nodes.length) return next;
    best = next;
  }
  return best;
}
