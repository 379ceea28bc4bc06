/** A whole update of the training state: RAdam on the parameters, then the moving average. */
import { assertThat } from '../base/errors.ts';
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import { emaUpdate } from './ema.ts';
import type { Layout } from './layout.ts';
import { radamUpdate, stepIsFinite } from './radam.ts';
import type { RAdamConfig } from './radam.ts';

/** The families of tensors a run keeps on the device, each with every chunk of the layout below it. */
export const stateFamilies = ['parameters', 'm', 'v', 'ema'] as const;
export type StateFamily = (typeof stateFamilies)[number];

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

/** Inputs an update takes besides the state: the rates of the step (radamRates) and 1 − the average's rate. */
export const updateTypes = { adaptive: float([]), momentum: float([]), emaTake: float([]) };

/**
 * The next state from gradients by chunk, and what a person wants to know of the step: `gradNorm`, and `committed`, 1 or 0.
 * A step whose loss or gradient is not finite changes nothing.
 */
export function updateState(
  inputs: Tensors,
  gradients: Tensors,
  loss: Tensor,
  layout: Layout,
  config: Omit<RAdamConfig, 'learningRate'>,
): Record<string, Tensor> {
  const { adaptive, momentum, emaTake } = inputs;
  // The last chunk first, because ONNX Runtime (main/tensor/onnx/run-order.ts) begins with what the innermost sum needs: the first
  // layer's gradient needs all of the backward pass, and what the other gradients need would be kept until then.
  const squares = layout.toReversed().map(({ name }) => ops.sum(ops.square(gradients[name]!)));
  const gradNorm = ops.sqrt(ops.addAll(squares));
  const committed = stepIsFinite(loss, gradNorm);
  const take = ops.where(committed, emaTake!, ops.scalar(0));
  const [parameters, m, v, ema] = stateFamilies.map((family) => familyOf(inputs, family, layout)) as [
    Tensors,
    Tensors,
    Tensors,
    Tensors,
  ];
  const next = layout.flatMap(({ name }): [string, Tensor][] => {
    const updated = radamUpdate(
      { parameter: parameters[name]!, m: m[name]!, v: v[name]! },
      gradients[name]!,
      { adaptive: adaptive!, momentum: momentum!, committed },
      config,
    );
    return [
      [`parameters/${name}`, updated.parameter],
      [`m/${name}`, updated.m],
      [`v/${name}`, updated.v],
      [`ema/${name}`, emaUpdate(ema[name]!, updated.parameter, take)],
    ];
  });
  return { gradNorm, committed: ops.where(committed, ops.scalar(1), ops.scalar(0)), ...Object.fromEntries(next) };
}
