/**
 * Each channel's own convolution with its gradients.
 *
 * On many places: the runtime's grouped convolution, whose filters, where they are constants, it rearranges beforehand.
 * On few places, where a filter that is an input costs it more to set up than to apply: one product for each channel, with the
 * matrix [places, places] that the channel's filter is there. The data gradient is the same with the filter turned around; its
 * filters are never constants, so its few places are more. The filter gradient is a sum of products for each tap, over
 * channels-last views.
 */
import { tf } from '../tf.ts';
import type { Tensor } from '../tf.ts';
import { channelsFirst, channelsLast, reversedTaps, tapMatrix } from './convolution.ts';
import { withGradient } from './with-gradient.ts';

type Shape4 = [number, number, number, number];
type Tensor4 = ReturnType<typeof tf.tensor4d>;

/** Places up to which products win; measured, see README. */
const fewPlaces = { forward: 36, dataGradient: 64 } as const;

/** Channels-last inside, because not every TF.js backend has the other order; when traced, the transposes cancel. */
function byConvolution(x: Tensor, filter: Tensor): Tensor {
  const perChannel: Tensor4 = tf.transpose(filter as Tensor4, [2, 3, 0, 1]);
  return channelsFirst(tf.depthwiseConv2d(channelsLast(x), perChannel, 1, 'same'));
}

function byProducts(x: Tensor, filter: Tensor): Tensor {
  const [batch, channels, height, width] = x.shape as Shape4;
  const kernel = filter.shape[2]!;
  const places = height * width;
  const taps = tapMatrix(height, width, kernel, { stride: 1, padding: (kernel - 1) / 2 });
  const perTap = tf.reshape(taps, [places * places, kernel * kernel]);
  const matrices = tf.matMul(tf.reshape(filter, [channels, kernel * kernel]), perTap, false, true);
  const rows = tf.reshape(tf.transpose(x, [1, 0, 2, 3]), [channels, batch, places]);
  const y = tf.matMul(rows, tf.reshape(matrices, [channels, places, places]));
  return tf.transpose(tf.reshape(y, [channels, batch, height, width]), [1, 0, 2, 3]);
}

/** dy and x, both [batch, channels, h, w] → the gradient of a filter [channels, 1, k, k]. */
function filterGradient(x: Tensor, dy: Tensor, kernel: number): Tensor {
  const [batch, channels, height, width] = x.shape as Shape4;
  const reach = (kernel - 1) / 2;
  const rows = batch * height * width;
  const padded = tf.pad(channelsLast(x), [[0, 0], [reach, reach], [reach, reach], [0, 0]]); // prettier-ignore
  const last = channelsLast(dy);
  const taps = Array.from({ length: kernel * kernel }, (_, tap) => {
    const from = [0, Math.floor(tap / kernel), tap % kernel, 0];
    const view = tf.slice(padded, from, [batch, height, width, channels]);
    return tf.sum(tf.reshape(tf.mul(view, last), [rows, channels]), 0, true);
  });
  return tf.reshape(tf.transpose(tf.concat(taps, 0), [1, 0]), [channels, 1, kernel, kernel]);
}

const depthwise = (few: number): ((x: Tensor, filter: Tensor) => Tensor) =>
  withGradient(
    ([x, filter], save) => {
      save([x!, filter!]);
      return (x!.shape[2]! * x!.shape[3]! <= few ? byProducts : byConvolution)(x!, filter!);
    },
    (dy, [x, filter]) => [
      depthwise(fewPlaces.dataGradient)(dy, tf.reshape(reversedTaps(filter!), filter!.shape)),
      filterGradient(x!, dy, filter!.shape[2]!),
    ],
  );

/**
 * Each channel of x [batch, channels, h, w] by its own filter, [channels, 1, k, k] with odd k, with zero padding (k − 1)/2:
 * gives x's shape.
 */
export const depthwiseConv2d = (x: Tensor, filter: Tensor): Tensor => depthwise(fewPlaces.forward)(x, filter);
