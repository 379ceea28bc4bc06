/**
 * TensorFlow as a backend of TF.js. It is an addon that people add where they want it, so it is loaded on demand.
 * One thread of a process may load it, once; its registration with Node is of the old kind that knows no second one.
 */
import { createRequire } from 'node:module';
import util from 'node:util';
import { tf } from './tf.ts';
import type { KernelFunc, Tensor } from './tf.ts';

/** The npm package, for NVIDIA cards. */
export const tensorflowPackage = '@tensorflow/tfjs-node-gpu';
const tensorflowBackend = 'tensorflow';

export interface LoadedTensorFlow {
  readonly loaded: true;
  /** The name under which TF.js knows it. */
  readonly backend: string;
  /** The library's. */
  readonly version: string;
  /** Without an NVIDIA card that it can use, TensorFlow computes on the processor. */
  readonly usesGpu: boolean;
}
export interface MissingTensorFlow {
  readonly loaded: false;
  /** In plain words. */
  readonly reason: string;
}

/** What tfjs-node's backend says of itself; not part of TF.js's types. */
interface NativeBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}

/** Loads the addon and registers its backend; `from` is a package name or the folder of a package. */
export function loadTensorFlow(from = tensorflowPackage): LoadedTensorFlow | MissingTensorFlow {
  if (tf.findBackend(tensorflowBackend) === null) {
    restoreUtil();
    const before = tf.getBackend();
    try {
      createRequire(import.meta.url)(from);
    } catch (thrown) {
      return { loaded: false, reason: whyNotLoaded(from, thrown) };
    } finally {
      // The addon makes itself the current backend.
      if (before) void tf.setBackend(before);
    }
    mendConvolutions();
  }
  const { binding, isUsingGpuDevice } = tf.findBackend(tensorflowBackend) as unknown as NativeBackend;
  return { loaded: true, backend: tensorflowBackend, version: binding.TF_Version, usesGpu: isUsingGpuDevice };
}

/** tfjs-node 4.22 calls two functions that Node 23 took away. */
function restoreUtil(): void {
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  old.isArray ??= Array.isArray;
}

/** Puts another function in place of a kernel of TensorFlow's. */
function mendKernel(name: string, mended: (kernel: KernelFunc) => KernelFunc): void {
  const config = tf.getKernel(name, tensorflowBackend);
  tf.unregisterKernel(name, tensorflowBackend);
  tf.registerKernel({ ...config, kernelFunc: mended(config.kernelFunc) });
}

/**
 * TF.js's own backends take the padding of a convolution of channels-last pictures as a number. tfjs-node 4.22 takes it as a
 * pair for each axis, or, in the transposed convolution, not at all: there the padded picture is computed and its border cut.
 */
function mendConvolutions(): void {
  mendKernel('Conv2D', (kernel) => (call) => {
    const pad = call.attrs?.['pad'];
    if (typeof pad !== 'number') return kernel(call);
    const pairs = [0, pad, pad, 0].map((size) => [size, size]);
    return kernel({ ...call, attrs: { ...call.attrs, pad: pairs } });
  });
  mendKernel('Conv2DBackpropInput', (kernel) => (call) => {
    const { pad, inputShape } = call.attrs as unknown as { pad: unknown; inputShape: number[] };
    if (typeof pad !== 'number') return kernel(call);
    const padded = inputShape.map((size, axis) => (axis === 1 || axis === 2 ? size + 2 * pad : size));
    return tf.tidy(() => {
      const whole = kernel({ ...call, attrs: { ...call.attrs, pad: 'valid', inputShape: padded } });
      return tf.slice(whole as Tensor, [0, pad, pad, 0], inputShape);
    });
  });
}

function whyNotLoaded(from: string, thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (message.includes(`Cannot find module '${from}'`))
    return `${tensorflowPackage} is not installed. It needs an NVIDIA card with CUDA 11.2 and cuDNN 8.1.`;
  return `TensorFlow is installed but does not load: ${message.split('\n')[0]}`;
}
