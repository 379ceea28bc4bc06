/** Named parameters of a network: their shapes, how they start, and how they are filled from a seed. */
import { fillNormal, fillUniform } from '../base/random.ts';
import type { Tensor } from '../tensor/ops.ts';

export type Parameters = Readonly<Record<string, Tensor>>;

export type Initialiser =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'normal'; readonly std: number }
  /** Pairs (1, 0): the complex number 1. */
  | { readonly kind: 'unitComplex' }
  /** Uniform in ±bound. */
  | { readonly kind: 'uniform'; readonly bound: number };

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: Initialiser;
}

export interface ParameterValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Glorot & Bengio's uniform range for a matrix [out, in, …]. */
export function xavier(shape: readonly number[]): Initialiser {
  const [out, ...rest] = shape;
  return { kind: 'uniform', bound: Math.sqrt(6 / (out! + sizeOf(rest))) };
}

/** Starting values; parameter number i draws from sequence i of the seed, so that adding one changes no other. */
export function initialise(specs: readonly ParameterSpec[], seed: number): ParameterValue[] {
  return specs.map(({ name, shape, start }, index) => {
    const data = new Float32Array(sizeOf(shape));
    const key = { seed, stream: 'init', index } as const;
    if (start.kind === 'ones') data.fill(1);
    if (start.kind === 'unitComplex') for (let i = 0; i < data.length; i += 2) data[i] = 1;
    if (start.kind === 'normal') {
      fillNormal(data, key);
      for (let i = 0; i < data.length; i++) data[i] = data[i]! * start.std;
    }
    if (start.kind === 'uniform') {
      fillUniform(data, key);
      for (let i = 0; i < data.length; i++) data[i] = (2 * data[i]! - 1) * start.bound;
    }
    return { name, shape, data };
  });
}

/** The number of scalars in all parameters. */
export const countParameters = (specs: readonly ParameterSpec[]): number =>
  specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
