/** Ops on pictures [batch, channels, height, width] besides convolution. */
import { tf } from '../tf.ts';
import type { Tensor } from '../tf.ts';
import { withGradient } from './with-gradient.ts';

type Shape4 = [number, number, number, number];

/** Each element as a square of 2 × 2. */
function enlarged(x: Tensor): Tensor {
  const [batch, channels, height, width] = x.shape as Shape4;
  const cells = tf.broadcastTo(tf.reshape(x, [batch, channels, height, 1, width, 1]), [
    batch,
    channels,
    height,
    2,
    width,
    2,
  ]);
  return tf.reshape(cells, [batch, channels, 2 * height, 2 * width]);
}

/** The sum of each square of 2 × 2. */
function squareSums(x: Tensor): Tensor {
  const [batch, channels, height, width] = x.shape as Shape4;
  const cells = tf.reshape(x, [batch, channels, height / 2, 2, width / 2, 2]);
  return tf.sum(cells, [3, 5]);
}

// Each is the other's gradient, so both can be differentiated as often as wanted.
const enlarge: (x: Tensor) => Tensor = withGradient(
  ([x]) => enlarged(x!),
  (dy) => sumSquares(dy),
);
const sumSquares: (x: Tensor) => Tensor = withGradient(
  ([x]) => squareSums(x!),
  (dy) => enlarge(dy),
);

/** Nearest-neighbour enlargement: [batch, channels, h, w] → [batch, channels, 2h, 2w]. */
export const upsample = enlarge;

/** The mean of each square of 2 × 2: [batch, channels, h, w] with even h and w → [batch, channels, h/2, w/2]. */
export const averagePool = (x: Tensor): Tensor => tf.mul(sumSquares(x), tf.scalar(0.25));
