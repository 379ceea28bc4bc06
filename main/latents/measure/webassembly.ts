/** WebAssembly, as far as it is used here: TypeScript declares it for browsers, and what runs in Node is checked without these. */

/** What threads and kernels share. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}
export type Run = (...parameters: number[]) => number;

interface Wasm {
  readonly Memory: new (pages: { initial: number; maximum: number; shared: true }) => SharedMemory;
  /** Compiled code. */
  readonly Module: new (code: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: { memory: { shared: SharedMemory } },
  ) => { readonly exports: { readonly run: Run } };
}
const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Wasm };

/** @param pages of 64 KiB */
export const sharedMemory = (pages: number): SharedMemory =>
  new wasm.Memory({ initial: pages, maximum: pages, shared: true });

const modules = new Map<Uint8Array, object>();

/** The function `run` of a module, over this memory; the module is compiled once. */
export function instantiate(code: Uint8Array<ArrayBuffer>, memory: SharedMemory): Run {
  const module = modules.get(code) ?? new wasm.Module(code);
  modules.set(code, module);
  return new wasm.Instance(module, { memory: { shared: memory } }).exports.run;
}
