/** What a run learns, as the step and the sampler see it. One file below this folder for each objective. */
import type { SamplingSteps } from '../../consistency/sampler.ts';
import type { Parameters } from '../../models/parameters.ts';
import type { Tensor } from '../../tensor/ops.ts';
import type { Tensors, TensorTypes } from '../../tensor/trace/trace.ts';

/** The network with everything but these bound: x [batch, c, h, w], `time` [batch, embedding] → the shape of x. */
export type NetworkFunction = (p: Parameters, x: Tensor, time: Tensor) => Tensor;

export interface Networks {
  /** What gradients flow through. */
  readonly student: NetworkFunction;
  /** The same without gradient, which need not save memory for one. */
  readonly teacher: NetworkFunction;
}

/** Losses that some objectives report besides their sum. */
export const lossParts = ['consistencyLoss', 'diffusionLoss', 'velocityLoss'] as const;
export type LossPart = (typeof lossParts)[number];
export type LossParts = Readonly<Partial<Record<LossPart, Tensor>>>;

export interface LossAndParts {
  readonly value: Tensor;
  readonly parts: LossParts;
  /** [rows] Mean square of student − teacher, where there is a teacher. */
  readonly meanSquares?: Tensor;
}

/** Step k (from 0) of a run of `totalSteps`, with `rows` latents of `dimensions` numbers each. */
export interface StepPlace {
  readonly k: number;
  readonly totalSteps: number;
  readonly rows: number;
  readonly dimensions: number;
}

/** What the host computes of a step, by the names of `Objective.types`, row by row. */
export interface Prepared {
  readonly inputs: Readonly<Record<string, Float32Array>>;
  /** The number of noise levels and the scale c of the loss, where the objective has them. */
  readonly levels?: number | undefined;
  readonly c?: number | undefined;
}

/** One evaluation of the network on the way from noise to a latent. The host gives all coefficients, so one graph serves every sampler. */
export interface SamplingStep {
  /** x ← keep · x + noiseStd · z with fresh z; the first x is 0. */
  readonly keep: number;
  readonly noiseStd: number;
  /** Then x ← c_skip · x + c_out · F(c_in · x, time). */
  readonly c_in: number;
  readonly c_skip: number;
  readonly c_out: number;
  /** One row of the network's `time` input. */
  readonly time: Float32Array;
}

/** Noise levels of a student and of its teacher, and what training makes of such a pair. */
export interface LevelPair {
  readonly t: number;
  /** Less than t. */
  readonly r: number;
  /** λ of a sample at these levels. */
  readonly weight: number;
  /** How often a step draws it, 0 to 1; all pairs together 1. */
  readonly share: number;
}

/** How an objective with a teacher can be looked at without a step: student − teacher, the temporal-difference residual. */
export interface Teaching {
  /** Pairs that training draws from at step k, the most noise first; of levels without a grid, some that stand for all. */
  pairs(place: Pick<StepPlace, 'k' | 'totalSteps'>): readonly LevelPair[];
  /** Inputs of `residual` besides `x_0` and `noise`. */
  types(rows: number): TensorTypes;
  /** Those of `rows` rows that all have one pair of levels. */
  inputs(pair: Pick<LevelPair, 't' | 'r'>, rows: number): Record<string, Float32Array>;
  /** f(x_t, t) − f(x_r, r) with the same weights on both sides: [rows, c, h, w]. */
  residual(network: NetworkFunction, parameters: Parameters, inputs: Tensors): Tensor;
}

export interface Objective {
  /** The parts of the loss that it reports. */
  readonly parts: readonly LossPart[];
  /** Inputs that hold the weight of each row in the batch's loss. */
  readonly rowWeights: readonly string[];
  /** Inputs for `rows` rows besides `x_0`, `noise` and classes; scalars hold for all rows. */
  types(rows: number): TensorTypes;
  /**
   * The loss as a function of the student's parameters. What is computed before that function is returned has no gradient: the
   * teacher. The loss must be a sum over rows, with the host's weights for the whole batch, so that parts of a batch add up.
   */
  loss(networks: Networks, parameters: Parameters, inputs: Tensors): (p: Parameters) => LossAndParts;
  /** Everything random or scheduled about a step but its latents and its noise. */
  prepare(place: StepPlace): Prepared;
  /** Absent where there is no teacher. */
  readonly teaching?: Teaching;
  /** How a latent is made by these sampling steps, one evaluation of the network each. Throws `sample.badSteps`. */
  sampling(steps: SamplingSteps): readonly SamplingStep[];
}
