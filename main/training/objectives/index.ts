/** The objective of a run's configuration. */
import { noiseEmbeddingSize } from '../../models/network.ts';
import type { RunConfig } from '../schema.ts';
import { consistencyObjective } from './consistency.ts';
import { diffusionObjective } from './diffusion.ts';
import { easyConsistencyObjective } from './easy-consistency.ts';
import { meanFlowObjective } from './mean-flow.ts';
import type { Objective } from './objective.ts';

export function objectiveOf({ objective, network, seed }: RunConfig): Objective {
  const embedding = noiseEmbeddingSize(network);
  switch (objective.kind) {
    case 'consistency':
      return consistencyObjective(objective, embedding, seed);
    case 'easyConsistency':
      return easyConsistencyObjective(objective, embedding, seed);
    case 'diffusion':
      return diffusionObjective(objective, embedding, seed);
    case 'meanFlow':
      return meanFlowObjective(objective, embedding, seed);
  }
}
