/**
 * How a run's parameters lie in a device's memory: each in a tensor of its own, or many joined into one vector. An
 * optimiser over joined vectors is a dozen kernels instead of a dozen for each parameter, which pays where starting
 * a kernel is what costs (GPUs), and costs copies where it is not (CPU).
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';

export interface ShapeSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** One tensor of the state: one parameter under its own name and shape, or several, flattened one after another. */
export interface Chunk {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parameters: readonly ShapeSpec[];
}
export type Layout = readonly Chunk[];
export type LayoutKind = 'separate' | 'joined';

interface Values extends ShapeSpec {
  readonly data: Float32Array;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Every parameter in a tensor of its own. */
const separate = (specs: readonly ShapeSpec[]): Layout =>
  specs.map(({ name, shape }) => ({ name, shape, parameters: [{ name, shape }] }));

/** 128 MiB of float32, the largest buffer that every WebGPU device allows. */
const mostElements = 2 ** 25;

/** Vectors of at most `most` elements; a larger parameter has a vector of its own. */
function joined(specs: readonly ShapeSpec[], most: number): Layout {
  const groups: ShapeSpec[][] = [];
  let room = 0;
  for (const { name, shape } of specs) {
    if (groups.length === 0 || sizeOf(shape) > room) {
      groups.push([]);
      room = most;
    }
    groups.at(-1)!.push({ name, shape });
    room -= sizeOf(shape);
  }
  return groups.map((parameters, i) => ({
    name: `joined.${i}`,
    shape: [parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)],
    parameters,
  }));
}

export const layoutOf = (kind: LayoutKind, specs: readonly ShapeSpec[], most = mostElements): Layout =>
  kind === 'joined' ? joined(specs, most) : separate(specs);

const isWhole = ({ shape, parameters: [only, ...others] }: Chunk): boolean =>
  others.length === 0 && only!.shape.length === shape.length;

/** The parameters in chunk tensors, by name. */
export function unpack(chunks: Readonly<Record<string, Tensor>>, layout: Layout): Record<string, Tensor> {
  return Object.fromEntries(
    layout.flatMap((chunk): [string, Tensor][] => {
      const tensor = chunks[chunk.name]!;
      if (isWhole(chunk)) return [[chunk.parameters[0]!.name, tensor]];
      const sizes = chunk.parameters.map(({ shape }) => sizeOf(shape));
      const parts = sizes.length === 1 ? [tensor] : ops.split(tensor, sizes, 0);
      return chunk.parameters.map(({ name, shape }, i) => [name, ops.reshape(parts[i]!, [...shape])]);
    }),
  );
}

/** Chunk tensors that hold these parameters, by the chunks' names. */
export function pack(parameters: Readonly<Record<string, Tensor>>, layout: Layout): Record<string, Tensor> {
  return Object.fromEntries(
    layout.map((chunk) => {
      if (isWhole(chunk)) return [chunk.name, parameters[chunk.parameters[0]!.name]!];
      const flat = chunk.parameters.map(({ name, shape }) => ops.reshape(parameters[name]!, [sizeOf(shape)]));
      return [chunk.name, joinAll(groupsOf(flat, mostJoinedAtOnce).map(joinAll))];
    }),
  );
}

/**
 * Gradients are joined in groups, about a block of a network each: ONNX Runtime (main/tensor/onnx/run-order.ts) enters the youngest
 * input first, and in one long list those are the first layer's biases, for which it would keep all of the backward pass.
 */
const mostJoinedAtOnce = 8;

const joinAll = (flat: readonly Tensor[]): Tensor => (flat.length === 1 ? flat[0]! : ops.concat(flat, 0));

const groupsOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

/** Values of one family (`ema/…`) by chunks, from values by parameters. */
export function packValues(values: ReadonlyMap<string, Float32Array>, layout: Layout): Values[] {
  return layout.map((chunk) => {
    const data = new Float32Array(sizeOf(chunk.shape));
    let offset = 0;
    for (const { name, shape } of chunk.parameters) {
      const value = values.get(name);
      if (!value) throw new RangeError(`internal: no value for the parameter ${name}`);
      data.set(value, offset);
      offset += sizeOf(shape);
    }
    return { name: chunk.name, shape: chunk.shape, data };
  });
}

/** The inverse of `packValues`. */
export function unpackValues(values: readonly Values[], layout: Layout): Values[] {
  const chunks = new Map(values.map(({ name, data }) => [name, data]));
  return layout.flatMap((chunk) => {
    const data = chunks.get(chunk.name)!;
    let offset = 0;
    return chunk.parameters.map(({ name, shape }) => {
      const end = offset + sizeOf(shape);
      const part = isWhole(chunk) ? data : data.slice(offset, end);
      offset = end;
      return { name, shape, data: part };
    });
  });
}
