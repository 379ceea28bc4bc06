/**
 * Jacobian-vector products without a forward mode: reverse mode twice.
 *
 * With g(w) = wᵀ·J, the gradient of ⟨f, w⟩, linear in w, the tangent J·v is the derivative of ⟨g(w), v⟩ by w. Only the gradients
 * of ops are differentiated, and only by the dy they are given: what an op saves for its gradient does not depend on w. So it
 * is sound for ops with a gradient of their own, whatever they save, as long as their `backward` computes with ops that have gradients.
 * The gradient g itself is needed by nothing in the end: when traced, it is dead code, and what is left costs about one more forward pass.
 *
 * Source  Townsend, 2017, “A new trick for calculating Jacobian vector products”
 */
import { tf } from '../tf.ts';
import type { Tensor } from '../tf.ts';

/**
 * f(xs) and its derivative at xs in the direction `tangents` (one for each x, of its shape).
 * What `f` uses besides xs is a constant. Neither result has a gradient: inside a gradient it throws.
 */
export function jvp(
  f: (...xs: Tensor[]) => Tensor,
  xs: readonly Tensor[],
  tangents: readonly Tensor[],
): { value: Tensor; tangent: Tensor } {
  const engine = tf.engine();
  if (engine.state.gradientDepth > 0)
    throw new RangeError('internal: a Jacobian-vector product has no gradient; compute it before the loss');
  const value = f(...xs);
  const along = (w: Tensor): Tensor => {
    const { grads } = engine.gradients(() => f(...xs), [...xs], w, true);
    const terms = grads.flatMap((grad, i) =>
      // What the value does not depend on has no gradient.
      (grad as Tensor | undefined) ? [tf.sum(tf.mul(grad, tangents[i]!))] : [],
    );
    return terms.length > 0 ? tf.addN(terms) : tf.scalar(0);
  };
  const w = tf.zeros(value.shape);
  const { grads } = engine.gradients(() => along(w), [w], undefined, true);
  return { value, tangent: grads[0] ?? tf.zeros(value.shape) };
}
