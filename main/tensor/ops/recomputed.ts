/** Parts of a network whose activations are computed again for the gradient instead of being kept. */
import { tf } from '../tf.ts';
import type { Tensor } from '../tf.ts';
import { withGradient } from './with-gradient.ts';

/**
 * fn(...inputs, ...parameters) whose activations are not kept for the gradient: it keeps what it got, and computes `fn` again
 * when the gradient of its result is there.
 * Source: Chen et al., 2016, Training Deep Nets with Sublinear Memory Cost, §4, arXiv:1604.06174
 */
export function recomputed(
  fn: (...tensors: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  parameters: readonly Tensor[] = [],
): Tensor {
  const op = withGradient(
    (all, save) => {
      save(all);
      return fn(...all);
    },
    (dy, saved) => {
      const again = saved.map((x, i) => (i < inputs.length ? onceThere(x, dy) : x));
      return gradientsInside(() => fn(...again), again, dy);
    },
  );
  return op(...inputs, ...parameters);
}

/**
 * x, as a value that nothing can compute before `dy` is there. Without it the second computation is a common subexpression of
 * the first, and an executor that orders nodes by their inputs would start it long before it is needed.
 */
function onceThere(x: Tensor, dy: Tensor): Tensor {
  const first = tf.slice(dy, dy.shape.map(() => 0), dy.shape.map(() => 1)); // prettier-ignore
  return tf.where(tf.greater(tf.reshape(first, []), tf.scalar(0)), x, x);
}

/** Gradients of y = f() given dy, inside a gradient: TF.js would forget the tape it is walking, so it is put back. */
function gradientsInside(f: () => Tensor, xs: Tensor[], dy: Tensor): Tensor[] {
  const engine = tf.engine();
  const tape = engine.state.activeTape;
  const { grads } = engine.gradients(f, xs, dy, true);
  engine.state.activeTape = tape;
  // What the result does not depend on has no gradient.
  return grads.map((grad, i) => (grad as Tensor | undefined) ?? tf.zerosLike(xs[i]!));
}
