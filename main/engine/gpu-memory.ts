/** Tensors in a GPU's memory. Values go there and come back through sessions that copy, because nothing else may touch them from Node. */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphBuilder } from '../tensor/ir/builder.ts';
import { createProgram } from './program.ts';
import type { Program } from './program.ts';

type Location = 'cpu' | 'gpu-buffer';

export interface GpuMemory {
  /** Copies tensors of either place to the GPU; each result is the caller's to dispose. */
  upload(tensors: readonly Tensor[]): Promise<Tensor[]>;
  /** Copies tensors of the GPU to main memory. */
  download(tensors: readonly Tensor[]): Promise<Tensor[]>;
  release(): Promise<void>;
}

/** Copying programs that are kept; a training run needs two. */
const mostKept = 8;

export function createGpuMemory(options: InferenceSession.SessionOptions): GpuMemory {
  const programs = new Map<string, Program>();

  async function copier(shapes: readonly (readonly number[])[], to: Location): Promise<Program> {
    const key = `${to} ${shapes.map((shape) => shape.join(',')).join(';')}`;
    const known = programs.get(key);
    if (known) {
      // Moved to the end: the first one is the one longest unused.
      programs.delete(key);
      programs.set(key, known);
      return known;
    }
    const builder = new GraphBuilder('copy');
    const values = shapes.map((shape, i) => builder.input(`t${i}`, { dtype: 'float32', shape }));
    const program = await createProgram(builder.finish(values.map((value, i) => ({ name: `t${i}`, value }))), {
      ...options,
      ...(to === 'gpu-buffer' ? { preferredOutputLocation: to } : {}),
    });
    programs.set(key, program);
    for (const [oldest, old] of [...programs].slice(0, -mostKept)) {
      programs.delete(oldest);
      await old.release();
    }
    return program;
  }

  async function copy(tensors: readonly Tensor[], to: Location): Promise<Tensor[]> {
    if (tensors.length === 0) return [];
    const program = await copier(
      tensors.map(({ dims }) => dims),
      to,
    );
    const copies = await program.run((name) => tensors[Number(name.slice(1))]!);
    return tensors.map((_, i) => copies[`t${i}`]!);
  }

  return {
    upload: (tensors) => copy(tensors, 'gpu-buffer'),
    download: (tensors) => copy(tensors, 'cpu'),
    release: async () => {
      for (const program of programs.values()) await program.release();
      programs.clear();
    },
  };
}
