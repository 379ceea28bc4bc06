/** A whole update of the training state: clipping, the optimiser on the parameters, then the moving averages. */
import { assertThat } from '../base/errors.ts';
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import { clipFactor } from './clip.ts';
import { averageFamily, emaUpdate, takeName } from './ema.ts';
import type { AverageFamily } from './ema.ts';
import type { Layout } from './layout.ts';
import { stepIsFinite } from './moments.ts';
import { optimiserRates, optimiserScalars, optimiserUpdate } from './optimiser.ts';
import type { OptimiserConfig, OptimiserGraphConfig } from './optimiser.ts';

export type StateFamily = 'parameters' | 'm' | 'v' | AverageFamily;

const indices = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The families of tensors that a run with this many averages keeps on the device, each with every chunk of its layout. */
export const familiesOf = (averages: number): StateFamily[] => [
  'parameters',
  'm',
  'v',
  ...indices(averages).map(averageFamily),
];
/** Those of a run with one average. */
export const stateFamilies = familiesOf(1);

type Tensors = Readonly<Record<string, Tensor>>;
const float = (shape: readonly number[]) => ({ dtype: 'float32', shape }) as const;

/** Types of the inputs that hold these families. */
export const familyTypes = (families: readonly string[], layout: Layout) =>
  Object.fromEntries(
    families.flatMap((family) => layout.map(({ name, shape }) => [`${family}/${name}`, float(shape)])),
  );

/** The tensors of a family among a step's inputs, by chunk. */
export function familyOf(inputs: Tensors, family: string, layout: Layout): Record<string, Tensor> {
  return Object.fromEntries(
    layout.map(({ name }) => {
      const tensor = inputs[`${family}/${name}`];
      assertThat(tensor !== undefined, `the state to hold ${family}/${name}`);
      return [name, tensor];
    }),
  );
}

/** A family as outputs of a step, under the names of the state. */
export const asFamily = (family: string, chunks: Tensors): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(chunks).map(([name, tensor]) => [`${family}/${name}`, tensor]));

/** Inputs an update takes besides the state: the optimiser's scalars of the step, and 1 − rate of each average. */
export const updateTypesOf = (config: OptimiserGraphConfig, averages: number) =>
  Object.fromEntries(
    [...optimiserScalars(config), ...indices(averages).map(takeName)].map((name) => [name, float([])]),
  );
/** Those of RAdam with one average. */
export const updateTypes = { adaptive: float([]), momentum: float([]), emaTake: float([]) };

/** The values of these inputs in step k, counting from 1; one rate for each average. */
export const updateScalars = (
  k: number,
  config: OptimiserConfig,
  emaRates: readonly number[],
): Readonly<Record<string, number>> => ({
  ...optimiserRates(k, config),
  ...Object.fromEntries(emaRates.map((rate, index) => [takeName(index), 1 - rate])),
});

/**
 * The next state from gradients by chunk, and what a person wants to know of the step: `gradNorm`, before clipping, and
 * `committed`, 1 or 0. A step whose loss or gradient is not finite changes nothing.
 */
export function updateState(
  inputs: Tensors,
  gradients: Tensors,
  loss: Tensor,
  layout: Layout,
  config: OptimiserGraphConfig,
  averages = 1,
): Record<string, Tensor> {
  // The last chunk first, because ONNX Runtime (main/tensor/onnx/run-order.ts) begins with what the innermost sum needs: the first
  // layer's gradient needs all of the backward pass, and what the other gradients need would be kept until then.
  const squares = layout.toReversed().map(({ name }) => ops.sum(ops.square(gradients[name]!)));
  const gradNorm = ops.sqrt(ops.addAll(squares));
  const committed = stepIsFinite(loss, gradNorm);
  const takes = indices(averages).map((index) => ops.where(committed, inputs[takeName(index)]!, ops.scalar(0)));
  const { clipNorm = null } = config;
  const factor = clipNorm === null ? undefined : clipFactor(gradNorm, clipNorm);
  const [parameters, m, v, ...emas] = familiesOf(averages).map((family) => familyOf(inputs, family, layout));
  const next = layout.flatMap(({ name }): [string, Tensor][] => {
    const gradient = factor ? ops.mul(gradients[name]!, factor) : gradients[name]!;
    const moments = { parameter: parameters![name]!, m: m![name]!, v: v![name]! };
    const updated = optimiserUpdate(moments, gradient, inputs, committed, config);
    return [
      [`parameters/${name}`, updated.parameter],
      [`m/${name}`, updated.m],
      [`v/${name}`, updated.v],
      ...emas.map((ema, index): [string, Tensor] => [
        `${averageFamily(index)}/${name}`,
        emaUpdate(ema[name]!, updated.parameter, takes[index]!),
      ]),
    ];
  });
  return { gradNorm, committed: ops.where(committed, ops.scalar(1), ops.scalar(0)), ...Object.fromEntries(next) };
}
