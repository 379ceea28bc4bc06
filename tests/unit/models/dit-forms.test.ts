/** Forms of the DiT that the golden networks lack, against a plain double-precision DiT of one block on 2 × 2 tokens. */
import { expect, it } from 'vitest';
import { ditSpecs, timeEmbeddingSize } from '../../../main/models/dit.ts';
import type { DitConfig } from '../../../main/models/dit.ts';
import { networkOutput } from '../../../main/models/network.ts';
import { runEager } from '../../../main/tensor/eager/run.ts';
import { ditConfig } from '../../support/dit.ts';
import { normal } from '../../support/tensors.ts';

const [width, heads, channels, tokens] = [8, 2, 3, 4] as const;
const base: DitConfig = {
  ...ditConfig,
  channels,
  side: 2,
  patch: 1,
  width,
  heads,
  depth: 1,
  rope: false,
  frequencyFilter: false,
};

type Row = number[];
const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
const silu = (v: number) => v * sigmoid(v);
const relu = (v: number) => Math.max(v, 0);
const dot = (a: Row, b: Row) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
const plus = (a: Row, b: Row): Row => a.map((v, i) => v + b[i]!);
const times = (a: Row, b: Row): Row => a.map((v, i) => v * b[i]!);
const part = (row: Row, i: number, size: number): Row => row.slice(i * size, (i + 1) * size);
const average = (row: Row) => row.reduce((sum, v) => sum + v, 0) / row.length;

function reference(weights: Record<string, Row>, x: Row, time: Row, config: DitConfig): Row {
  const { norm = 'rms', qkNorm = true, mlp } = config;
  const map = (name: string, row: Row): Row => {
    const [matrix, bias] = [weights[`${name}.weight`]!, weights[`${name}.bias`]!];
    return bias.map((b, i) => b + dot(part(matrix, i, row.length), row));
  };
  const normalise = (row: Row): Row => {
    const mean = norm === 'layer' ? average(row) : 0;
    const scale = Math.sqrt(average(row.map((v) => (v - mean) ** 2)) + 1e-6);
    return row.map((v) => (v - mean) / scale);
  };
  /** LayerNorm before a modulation learns nothing; QK-norm does. */
  const tokenNorm = (name: string, row: Row): Row =>
    norm === 'layer' ? normalise(row) : times(normalise(row), weights[`${name}.weight`]!);
  const headNorm = (name: string, row: Row): Row => {
    if (!qkNorm) return row;
    const scaled = times(normalise(row), weights[`${name}.weight`]!);
    return norm === 'layer' ? plus(scaled, weights[`${name}.bias`]!) : scaled;
  };
  const modulate = (row: Row, shift: Row, scale: Row): Row => plus(times(row, scale.map((v) => v + 1)), shift); // prettier-ignore

  const noise = map('t_embedder.mlp.2', map('t_embedder.mlp.0', time).map(silu));
  const c = plus(noise, weights['y_embedder.embedding_table.weight']!).map(silu);
  const position = (token: number): Row =>
    [token % 2, Math.floor(token / 2)].flatMap((place) => [
      Math.sin(place),
      Math.sin(place / 100),
      Math.cos(place),
      Math.cos(place / 100),
    ]);
  let h = Array.from({ length: tokens }, (_, token) =>
    plus(
      map(
        'x_embedder.proj',
        Array.from({ length: channels }, (__, k) => x[k * tokens + token]!),
      ),
      position(token),
    ),
  );

  const modulation = map('blocks.0.adaLN_modulation.1', c);
  const [shift1, scale1, gate1, shift2, scale2, gate2] = [0, 1, 2, 3, 4, 5].map((i) => part(modulation, i, width));
  const qkv = h.map((row) => map('blocks.0.attn.qkv', modulate(tokenNorm('blocks.0.norm1', row), shift1!, scale1!)));
  const size = width / heads;
  const headOf = (row: Row, which: number, head: number) => part(part(row, which, width), head, size);
  const attended = qkv.map((row) =>
    Array.from({ length: heads }, (_, head) => {
      const q = headNorm('blocks.0.attn.q_norm', headOf(row, 0, head));
      const scores = qkv.map((other) => {
        const k = headNorm('blocks.0.attn.k_norm', headOf(other, 1, head));
        return Math.exp(dot(q, k) / Math.sqrt(size));
      });
      const total = scores.reduce((sum, v) => sum + v, 0);
      return Array.from(
        { length: size },
        (__, d) =>
        dot(scores, qkv.map((other) => headOf(other, 2, head)[d]! / total)), // prettier-ignore
      );
    }).flat(),
  );
  h = h.map((row, i) => plus(row, times(gate1!, map('blocks.0.attn.proj', attended[i]!))));

  const activate = mlp === 'silu' || mlp === 'gatedSilu' ? silu : relu;
  const feedForward = (row: Row): Row => {
    if (mlp === 'relu' || mlp === 'silu') return map('blocks.0.mlp.fc2', map('blocks.0.mlp.fc1', row).map(activate));
    const both = map('blocks.0.mlp.w12', row);
    return map('blocks.0.mlp.w3', times(part(both, 0, 4 * width).map(activate), part(both, 1, 4 * width)));
  };
  h = h.map((row) =>
    plus(row, times(gate2!, feedForward(modulate(tokenNorm('blocks.0.norm2', row), shift2!, scale2!)))),
  );

  const last = map('final_layer.adaLN_modulation.1', c);
  const out = h.map(
    (row) =>
    map('final_layer.linear', modulate(tokenNorm('final_layer.norm_final', row), part(last, 0, width), part(last, 1, width))), // prettier-ignore
  );
  return Array.from({ length: channels * tokens }, (_, i) => out[i % tokens]![Math.floor(i / tokens)]!);
}

const forms: Partial<DitConfig>[] = [
  // The form of the golden networks first: the plain DiT above is right about what it shares with them.
  {},
  { mlp: 'gatedRelu' },
  { mlp: 'silu' },
  { mlp: 'gatedSilu' },
  { norm: 'layer' },
  { qkNorm: false },
  { norm: 'layer', qkNorm: false, mlp: 'gatedSilu' },
];
it.each(forms.map((form) => [JSON.stringify(form), form] as const))('a DiT with %s', (_, form) => {
  const config = { ...base, ...form };
  const weights = Object.fromEntries(ditSpecs(config).map(({ name, shape }, i) => [name, normal(shape, i + 1, 0.3)]));
  const [x, time] = [normal([1, channels, 2, 2], 100), normal([1, timeEmbeddingSize], 101)];
  const { y } = runEager(
    (inputs) => ({ y: networkOutput(inputs, inputs['x']!, inputs['time']!, { kind: 'dit', ...config }) }),
    { ...weights, x, time },
  );
  const plain = Object.fromEntries(
    Object.entries(weights).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
  const rows = [x, time].map(({ data }) => Array.from(data as Float32Array)) as [Row, Row];
  expect(y!.data).toBeAllClose(reference(plain, ...rows, config), {
    rtol: 1e-4,
    atol: 1e-4,
    because: 'a whole network in float32, as for the golden networks',
  });
});
