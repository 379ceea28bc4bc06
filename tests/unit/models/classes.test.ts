/** What a network does with classes: two kinds of network, one meaning of the one-hot input. */
import { describe, expect, it } from 'vitest';
import { networkOutput, networkSpecs, noiseEmbeddingSize } from '../../../main/models/network.ts';
import type { NetworkConfig } from '../../../main/models/network.ts';
import { runEager } from '../../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../../main/tensor/eager/run.ts';
import * as ops from '../../../main/tensor/ops.ts';
import { runCompiled } from '../../support/compiled.ts';
import { ditConfig } from '../../support/dit.ts';
import { normal, tensor } from '../../support/tensors.ts';

const shape = [4, 4, 4] as const;
const networks: Record<string, NetworkConfig> = {
  unet: {
    kind: 'unet',
    width: 32,
    multipliers: [1],
    blocks: 1,
    attentionSides: [],
    headChannels: 32,
    norm: 'nonScaling',
  },
  dit: { ...ditConfig, kind: 'dit', width: 16, depth: 1 },
};
const labels = { unet: 'map_label.weight', dit: 'y_embedder.embedding_table.weight' } as const;

/** Nothing starts at 0 here, or the output would not show what it depends on. */
const weightsOf = (network: NetworkConfig): Record<string, EagerTensor> =>
  Object.fromEntries(networkSpecs(network, shape).map(({ name, shape }, i) => [name, normal(shape, i + 1, 0.2)]));
const oneHot = (label: number) => tensor(Array.from({ length: 4 }, (_, i) => (i === label ? 1 : 0)), [1, 4]); // prettier-ignore
const input = (network: NetworkConfig) => ({
  x: normal([1, ...shape], 100),
  time: normal([1, noiseEmbeddingSize(network)], 101),
});
const outputOf = (network: NetworkConfig, weights: Record<string, EagerTensor>, classes?: EagerTensor): number[] => {
  const { y } = runEager(({ x, time, classes: told, ...p }) => ({ y: networkOutput(p, x!, time!, network, told) }), {
    ...weights,
    ...input(network),
    ...(classes ? { classes } : {}),
  });
  return Array.from(y!.data as Float32Array);
};
const distance = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe.each(['unet', 'dit'] as const)('classes of the %s', (kind) => {
  const plain = networks[kind]!;
  const told: NetworkConfig = { ...plain, classes: 3 };
  const weights = weightsOf(told);

  it('change what it computes, each in its own way', () => {
    const outputs = [0, 1, 2, 3].map((label) => outputOf(told, weights, oneHot(label)));
    for (let a = 0; a < 4; a++)
      for (let b = 0; b < a; b++) expect(distance(outputs[a]!, outputs[b]!), `${a}, ${b}`).toBeGreaterThan(1e-3);
  });

  it('give a gradient to the row of the class alone, compiled', async () => {
    const name = labels[kind];
    const { gradient } = await runCompiled(
      ({ x, time, classes, ...p }) => {
        const loss = (own: Record<string, ops.Tensor>) =>
          ops.sum(ops.square(networkOutput({ ...p, ...own }, x!, time!, told, classes)));
        return { gradient: ops.valueAndGrads(loss, { [name]: p[name]! }).grads[name]! };
      },
      { ...weights, ...input(told), classes: oneHot(1) },
    );
    // The U-Net's matrix is [embedding, classes], the DiT's table [classes + 1, width].
    const [, columns] = gradient!.shape as [number, number];
    const classOf = (i: number) => (kind === 'unet' ? i % columns : Math.floor(i / columns));
    const moved = new Set(Array.from(gradient!.data).flatMap((value, i) => (value === 0 ? [] : [classOf(i)])));
    expect(moved).toEqual(new Set([1]));
  });

  it('are asked for where the network has them, and refused where it has none or others', () => {
    expect(() => outputOf(told, weights)).toThrow('internal: a network of 3 classes was given 0 columns');
    expect(() => outputOf(plain, weightsOf(plain), oneHot(0))).toThrow('a network of 0 classes was given 4 columns');
    expect(() => outputOf({ ...plain, classes: 4 }, weights, oneHot(0))).toThrow('of 4 classes was given 4 columns');
  });
});

it('the U-Net’s null class is the unconditional network', () => {
  const told: NetworkConfig = { ...networks['unet']!, classes: 3 };
  const { 'map_label.weight': label, ...others } = weightsOf(told);
  expect(label!.shape).toEqual([128, 3]);
  expect(outputOf(told, { ...others, 'map_label.weight': label! }, oneHot(3))).toEqual(
    outputOf(networks['unet']!, others),
  );
  // EDM draws from N(0, 1/classes) · √classes.
  const spec = networkSpecs(told, shape).find(({ name }) => name === 'map_label.weight');
  expect(spec!.start).toEqual({ kind: 'normal', std: 1 });
});

it('the DiT’s null class is the last row of its table', () => {
  const told: NetworkConfig = { ...networks['dit']!, classes: 3 };
  const weights = weightsOf(told);
  const table = weights['y_embedder.embedding_table.weight']!;
  const lastRow = tensor(Array.from(table.data as Float32Array).slice(3 * 16), [1, 16]);
  expect(outputOf(told, weights, oneHot(3))).toBeAllClose(
    outputOf(networks['dit']!, { ...weights, 'y_embedder.embedding_table.weight': lastRow }),
    { rtol: 0, atol: 1e-6, because: 'the product with the one-hot row adds zeros' },
  );
});
