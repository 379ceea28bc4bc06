/** The update of a state against torch.optim and clip_grad_norm_ (reference/gen_optimisers.py), compiled and at once. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLocalDevice } from '../../main/engine/local-device.ts';
import { layoutOf } from '../../main/optim/layout.ts';
import { optimiserRates } from '../../main/optim/optimiser.ts';
import type { OptimiserConfig, OptimiserKind } from '../../main/optim/optimiser.ts';
import { familiesOf, familyTypes, updateScalars, updateState, updateTypesOf } from '../../main/optim/update.ts';
import { runEager } from '../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import { trace } from '../../main/tensor/trace/trace.ts';
import type { Tensors } from '../../main/tensor/trace/trace.ts';

interface Golden {
  start: number[];
  settings: { lr: number; betas: [number, number]; eps: number; weight_decay: number };
  emaRates: number[];
  runs: {
    kind: OptimiserKind;
    clip: number | null;
    steps: { gradients: number[]; norm: number; parameters: number[]; ema: number[][] }[];
  }[];
}
const golden = JSON.parse(readFileSync(new URL('optimisers.json', import.meta.url), 'utf8')) as Golden;
const { lr, betas, eps, weight_decay: weightDecay } = golden.settings;
const base = { learningRate: lr, beta1: betas[0], beta2: betas[1], eps, weightDecay };
const averages = golden.emaRates.length;
const layout = layoutOf('separate', [
  { name: 'a', shape: [2] },
  { name: 'b', shape: [1] },
]);
const families = familiesOf(averages);

const tensor = (data: readonly number[], shape: readonly number[]): EagerTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
});
/** Three numbers as the tensors of a family. */
const family = (name: string, [a0, a1, b0]: readonly number[]): Record<string, EagerTensor> => ({
  [`${name}/a`]: tensor([a0!, a1!], [2]),
  [`${name}/b`]: tensor([b0!], [1]),
});
const flat = (outputs: Readonly<Record<string, { data: ArrayLike<number> }>>, name: string): number[] =>
  ['a', 'b'].flatMap((chunk) => Array.from(outputs[`${name}/${chunk}`]!.data));

type Values = Readonly<Record<string, EagerTensor>>;
type Run = (inputs: Values) => Promise<Values>;
const device = createLocalDevice(1);

/** How a step is run: `inputs` has the types of all that will follow. */
const ways: Record<string, (fn: (inputs: Tensors) => Tensors, inputs: Values) => Promise<Run>> = {
  compiled: async (fn, inputs) => {
    await device.load({ program: 'test', graph: trace('test', fn, inputs) });
    return (given) =>
      device.run({
        program: 'test',
        inputs: Object.fromEntries(
          Object.entries(given).map(([name, value]) => [name, { ...value, shape: [...value.shape] }]),
        ),
      });
  },
  'at once': async (fn) => async (inputs) => runEager(fn, inputs),
};

const start = (): Record<string, EagerTensor> =>
  Object.assign(
    {},
    ...families.map((name) => family(name, name === 'm' || name === 'v' ? [0, 0, 0] : golden.start)),
  ) as Record<string, EagerTensor>;

const inputsOf = (config: OptimiserConfig, k: number, gradients: readonly number[], loss = 1) => ({
  ...Object.fromEntries(
    Object.entries(updateScalars(k, config, golden.emaRates)).map(([name, value]) => [name, tensor([value], [])]),
  ),
  ...family('gradients', gradients),
  loss: tensor([loss], []),
});
const step = (config: OptimiserConfig) => (inputs: Tensors) =>
  updateState(
    inputs,
    { a: inputs['gradients/a']!, b: inputs['gradients/b']! },
    inputs['loss']!,
    layout,
    config,
    averages,
  );

describe.each(golden.runs)('$kind, clipped at $clip', ({ kind, clip, steps }) => {
  const config = { ...base, kind, clipNorm: clip };

  it.each(Object.entries(ways))('makes the steps that PyTorch makes, %s', async (_, way) => {
    let state: Values = start();
    const run = await way(step(config), { ...state, ...inputsOf(config, 1, steps[0]!.gradients) });
    for (const [i, expected] of steps.entries()) {
      const inputs = inputsOf(config, i + 1, expected.gradients);
      const outputs = await run({ ...state, ...inputs });
      const float32 = { rtol: 1e-6, atol: 2e-7, because: 'some twenty float32 roundings of numbers up to 2' };
      expect(outputs['gradNorm']!.data, `norm of step ${i + 1}`).toBeAllClose([expected.norm], float32);
      expect(flat(outputs, 'parameters'), `step ${i + 1}`).toBeAllClose(expected.parameters, float32);
      expected.ema.forEach((ema, index) =>
        expect(flat(outputs, families[3 + index]!), `average ${index}`).toBeAllClose(ema, float32),
      );
      state = Object.fromEntries(Object.keys(state).map((name) => [name, outputs[name]!]));
    }
  });

  it('makes no step of numbers that are not finite: nothing changes, bit for bit', async () => {
    const [first, second] = steps;
    const given = { ...start(), ...inputsOf(config, 1, first!.gradients) };
    const run = await ways['compiled']!(step(config), given);
    const before = await run(given);
    const state = Object.fromEntries(Object.keys(start()).map((name) => [name, before[name]!]));
    const broken = [
      inputsOf(config, 2, second!.gradients, NaN),
      inputsOf(config, 2, [NaN, 1, 1]),
      inputsOf(config, 2, [1, 1, -Infinity]),
    ];
    for (const inputs of broken) {
      const after = await run({ ...state, ...inputs });
      expect(after['committed']!.data[0]).toBe(0);
      for (const [name, { data }] of Object.entries(state)) expect(after[name]!.data, name).toEqual(data);
    }
  });

  it('takes the inputs it says it takes', () => {
    const types = { ...updateTypesOf(config, averages), ...familyTypes(families, layout) };
    const { loss: _, ...given } = inputsOf(config, 1, [1, 1, 1]);
    expect(Object.keys(types).toSorted()).toEqual(
      Object.keys({ ...start(), ...given })
        .filter((name) => !name.startsWith('gradients/'))
        .toSorted(),
    );
  });
});

it.each(['adam', 'adamw'] as const)(
  '%s: in double precision the formula with the host’s rates is PyTorch’s',
  (kind) => {
    const { steps } = golden.runs.find((run) => run.kind === kind && run.clip === null)!;
    let [p, m, v] = [golden.start[0]!, 0, 0];
    for (const [i, { gradients, parameters }] of steps.entries()) {
      const { adaptive, epsilon, decay = 0 } = optimiserRates(i + 1, { ...base, kind }) as Record<string, number>;
      const g = gradients[0]! + (kind === 'adam' ? weightDecay * p : 0);
      m = betas[0] * m + (1 - betas[0]) * g;
      v = betas[1] * v + (1 - betas[1]) * g * g;
      p -= decay * p + (m * adaptive!) / (Math.sqrt(v) + epsilon!);
      expect([p]).toBeAllClose([parameters[0]!], { rtol: 1e-12, atol: 0, because: 'both sides are double precision' });
    }
  },
);
