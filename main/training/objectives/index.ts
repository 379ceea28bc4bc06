/** The objective of a run's configuration. */
import { noiseEmbeddingSize } from '../../models/network.ts';
import type { RunConfig } from '../schema.ts';
import { consistencyObjective } from './consistency.ts';
import type { Objective } from './objective.ts';

export function objectiveOf({ objective, network, seed }: RunConfig): Objective {
  return consistencyObjective(objective, noiseEmbeddingSize(network), seed);
}
