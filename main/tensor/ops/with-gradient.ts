/** Ops with a gradient of their own, where TF.js's would keep more or compute more than needed. */
import { tf } from '../tf.ts';
import type { Tensor } from '../tf.ts';

type Saver = (tensors: Tensor[]) => void;
type Backward = (dy: Tensor, saved: Tensor[]) => Tensor | Tensor[];

/** `forward` hands `save` what `backward` needs besides dy; `backward` gives one gradient for each input. */
export function withGradient(
  forward: (inputs: Tensor[], save: Saver) => Tensor,
  backward: Backward,
): (...inputs: Tensor[]) => Tensor {
  let op: ((...inputs: Tensor[]) => Tensor) | undefined;
  // Not before it is used: ops are defined by all who describe a network.
  const define = () =>
    tf.customGrad((...args) => {
      const save = args.pop() as unknown as Saver;
      return { value: forward(args as Tensor[], save), gradFunc: (dy: Tensor, saved: Tensor[]) => backward(dy, saved) };
    });
  return (...inputs) => (op ??= define())(...inputs);
}
