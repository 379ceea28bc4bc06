import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { embedNoise } from '../../main/consistency/preconditioning.ts';
import { networkOutput } from '../../main/models/network.ts';
import { unetNorm } from '../../main/models/unet-norms.ts';
import { queriesFirst, unetSpecs } from '../../main/models/unet.ts';
import { runEager } from '../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import * as ops from '../../main/tensor/ops.ts';
import type { TensorFunction } from '../../main/tensor/trace/trace.ts';
import { runCompiled } from '../support/compiled.ts';
import { tensor } from '../support/tensors.ts';
import { smallUnet } from '../support/unet.ts';

const golden = JSON.parse(readFileSync(new URL('method.json', import.meta.url), 'utf8')) as {
  nsln: {
    shape: number[];
    x: number[];
    bias: number[];
    y: number[];
    grad_out: number[];
    grad_x: number[];
    grad_bias: number[];
  };
  unet_small: {
    param_list: { k: number; name: string; shape: number[] }[];
    c_noise: number[];
    output: number[];
    sum: number;
  };
  unet_qkv_layout: { example_C2_heads1: { q_channels: number[]; k_channels: number[]; v_channels: number[] } };
  'unet_pos_emb_128_at_sigma0.5': {
    c_noise: number;
    cos_first4: number[];
    cos_last2: number[];
    sin_first4: number[];
    sin_last2: number[];
  };
};
const rounding = { rtol: 2e-6, atol: 2e-6, because: 'float32' };

describe('the U-Net', () => {
  /** The reference counts Non-scaling LayerNorm's frozen gains as parameters; here they are not there. */
  const trained = golden.unet_small.param_list.filter(({ name }) => !/norm\d?\.weight$/.test(name));

  it('has the parameters of the reference, in order', () => {
    expect(unetSpecs(smallUnet).map(({ name, shape }) => ({ name, shape: [...shape] }))).toEqual(
      trained.map(({ name, shape }) => ({ name, shape })),
    );
  });

  it('gives the reference’s output, eagerly and compiled', async () => {
    const { c_noise, output, sum } = golden.unet_small;
    const parameters = trained.map(({ k, name, shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const values = Array.from({ length: size }, (_, j) => 0.05 * Math.sin(0.37 * (j + 1) + 1.3 * k));
      return [name, tensor(values, shape)] as const;
    });
    const time = new Float32Array(2 * smallUnet.width);
    c_noise.forEach((level, b) => embedNoise(level, smallUnet.width, time, b * smallUnet.width));
    const inputs: Record<string, EagerTensor> = {
      ...Object.fromEntries(parameters),
      x: tensor(
        Array.from({ length: 512 }, (_, j) => Math.sin(0.11 * (j + 1))),
        [2, 4, 8, 8],
      ),
      time: { dtype: 'float32', shape: [2, smallUnet.width], data: time },
    };
    const fn: TensorFunction = ({ x, time: embedding, ...p }) => ({
      y: networkOutput(p, x!, embedding!, { kind: 'unet', ...smallUnet }),
    });
    const tolerance = {
      rtol: 0,
      atol: 1e-4 * Math.max(...output.map(Math.abs)),
      because:
        'the method’s 1e-4 for whole networks in float32, of the largest output: this network moves single outputs by 1e-4 when its input moves by 1e-6',
    };
    expect(runEager(fn, inputs)['y']!.data).toBeAllClose(output, tolerance);
    const compiled = (await runCompiled(fn, inputs))['y']!;
    expect(compiled.data).toBeAllClose(output, tolerance);
    expect(Array.from(compiled.data).reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 2);
  });

  it('starts as the zero function: the last layer of every block and of the network is 0', () => {
    const zero = unetSpecs(smallUnet).filter(({ start }) => start.kind === 'zeros');
    expect(zero.map(({ name }) => name).filter((name) => /conv1|proj|out_conv/.test(name))).toEqual(
      unetSpecs(smallUnet)
        .map(({ name }) => name)
        .filter((name) => /conv1|proj|out_conv/.test(name)),
    );
    expect(unetSpecs(smallUnet).find(({ name }) => name === 'enc.8x8_block0.conv0.bias')!.start).toEqual({
      kind: 'uniform',
      bound: 1 / Math.sqrt(64 * 9),
    });
  });

  it('splits queries, keys and values as the reference lays them out', () => {
    const { q_channels, k_channels, v_channels } = golden.unet_qkv_layout.example_C2_heads1;
    const { y } = runEager(({ x }) => ({ y: queriesFirst(x!, 1) }), { x: tensor([0, 1, 2, 3, 4, 5], [6]) });
    expect([...y!.data]).toEqual([...q_channels, ...k_channels, ...v_channels]);
  });
});

it('Non-scaling LayerNorm and its gradients', async () => {
  const { shape, x, bias, y, grad_out, grad_x, grad_bias } = golden.nsln;
  const fn: TensorFunction = (inputs) => {
    const normed = (p: Record<string, ops.Tensor>) => unetNorm({ 'n.bias': p['bias']! }, 'n', p['x']!, 'nonScaling');
    const { grads } = ops.valueAndGrads((p: Record<string, ops.Tensor>) => ops.sum(ops.mul(normed(p), inputs['dy']!)), {
      x: inputs['x']!,
      bias: inputs['bias']!,
    });
    return { y: normed(inputs), x: grads['x'], bias: grads['bias'] };
  };
  const result = await runCompiled(fn, {
    x: tensor(x, shape),
    bias: tensor(bias, shape.slice(1)),
    dy: tensor(grad_out, shape),
  });
  expect(result['y']!.data).toBeAllClose(y, rounding);
  expect(result['x']!.data).toBeAllClose(grad_x, rounding);
  expect(result['bias']!.data).toBeAllClose(grad_bias, rounding);
});

it('the embedding of the noise level for width 128', () => {
  const expected = golden['unet_pos_emb_128_at_sigma0.5'];
  const out = new Float32Array(128);
  embedNoise(expected.c_noise, 128, out);
  const at = (from: number, count: number) => Array.from(out.subarray(from, from + count));
  expect(at(0, 4)).toBeAllClose(expected.cos_first4, rounding);
  expect(at(62, 2)).toBeAllClose(expected.cos_last2, rounding);
  expect(at(64, 4)).toBeAllClose(expected.sin_first4, rounding);
  expect(at(126, 2)).toBeAllClose(expected.sin_last2, rounding);
});
