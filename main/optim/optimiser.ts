/** The optimisers a run can choose from, joined: their scalars from the host, and one parameter's update by whichever it is. */
import type { Tensor } from '../tensor/ops.ts';
import { adamRates, adamUpdate, adamwRates, adamwUpdate } from './adam.ts';
import type { AdaptiveConfig, Moments } from './moments.ts';
import { radamRates, radamUpdate } from './radam.ts';

/** The choices of main/training/optimiser-schema.ts, which the window loads and which must load nothing. */
export type OptimiserKind = 'radam' | 'adam' | 'adamw';

export interface OptimiserConfig extends AdaptiveConfig {
  /** RAdam when not given. */
  readonly kind?: OptimiserKind;
  /** The largest norm that the gradients of a step may have together (clip.ts); null is off. */
  readonly clipNorm?: number | null;
}
/** What a step's graph is made of. */
export type OptimiserGraphConfig = Omit<OptimiserConfig, 'learningRate'>;

type Scalars<T> = Readonly<Record<string, T>>;

/** Names of the scalars from the host that an update takes. */
const scalarNames = {
  radam: ['adaptive', 'momentum'],
  adam: ['adaptive', 'epsilon'],
  adamw: ['adaptive', 'epsilon', 'decay'],
} as const satisfies Record<OptimiserKind, readonly string[]>;
export const optimiserScalars = ({ kind = 'radam' }: OptimiserGraphConfig): readonly string[] => scalarNames[kind];

/** Their values in step k, counting from 1, in double precision. */
export function optimiserRates(k: number, config: OptimiserConfig): Scalars<number> {
  switch (config.kind ?? 'radam') {
    case 'radam': {
      const { adaptive, momentum } = radamRates(k, config);
      return { adaptive, momentum };
    }
    case 'adam':
      return { ...adamRates(k, config) };
    case 'adamw':
      return { ...adamwRates(k, config) };
  }
}

/** One parameter's update; `scalars` holds those of `optimiserScalars`. */
export function optimiserUpdate(
  moments: Moments,
  gradient: Tensor,
  scalars: Scalars<Tensor>,
  committed: Tensor,
  config: OptimiserGraphConfig,
): Moments {
  const { adaptive, momentum, epsilon, decay } = scalars;
  switch (config.kind ?? 'radam') {
    case 'radam':
      return radamUpdate(moments, gradient, { adaptive: adaptive!, momentum: momentum!, committed }, config);
    case 'adam':
      return adamUpdate(moments, gradient, { adaptive: adaptive!, epsilon: epsilon!, committed }, config);
    case 'adamw':
      return adamwUpdate(
        moments,
        gradient,
        { adaptive: adaptive!, epsilon: epsilon!, decay: decay!, committed },
        config,
      );
  }
}
