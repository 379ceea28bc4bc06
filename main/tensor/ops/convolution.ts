/**
 * Convolution with its gradients, in the two forms that are fast in training, where filters are inputs of the graph and
 * no runtime can rearrange them beforehand.
 *
 * On many places: the runtime's own convolution. The data gradient is a convolution with the filter turned around (a
 * transposed convolution only where there is a stride), the filter gradient one matrix product for each tap over
 * channels-last views.
 *
 * On few places, where filters outweigh pictures and turning them around costs more than the convolution: a picture is
 * spread into columns, the inputs of each output place, by a product with a fixed matrix of 0 and 1; then all three are
 * one product each, with the filter as it lies in memory.
 */
import { tf } from '../tf.ts';
import type { Tensor } from '../tf.ts';
import { withGradient } from './with-gradient.ts';

type Stride = 1 | 2;
type Shape4 = [number, number, number, number];
type Tensor4 = ReturnType<typeof tf.tensor4d>;

/** Output places up to which columns win; measured, see tests/bench/RESULTS.md. */
const fewPlaces = 9;

/**
 * Convolution with zero padding on every side: x [batch, in, h, w], filter [out, in, k, k] with odd k. With padding (k − 1)/2,
 * the default, it gives [batch, out, ⌈h/stride⌉, ⌈w/stride⌉].
 */
export function conv2d(x: Tensor, filter: Tensor, stride: Stride = 1, padding = reachOf(filter)): Tensor {
  const k = filter.shape[2]!;
  const places = product(x.shape.slice(2).map((size) => placesOf(size, k, { stride, padding })));
  return convolutionForms[places <= fewPlaces ? 'columns' : 'convolution']({ stride, padding })(x, filter);
}

interface Window {
  readonly stride: Stride;
  readonly padding: number;
}
/** Output places of a convolution along one axis. */
const placesOf = (size: number, k: number, { stride, padding }: Window): number =>
  Math.floor((size + 2 * padding - k) / stride) + 1;
const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
const reachOf = (filter: Tensor): number => (filter.shape[2]! - 1) / 2;
export const channelsLast = (x: Tensor): Tensor4 => tf.transpose(x as Tensor4, [0, 2, 3, 1]);
export const channelsFirst = (x: Tensor): Tensor => tf.transpose(x, [0, 3, 1, 2]);

/** Channels-last inside, because not every TF.js backend has the other order; when traced, the transposes cancel. */
const convolve = (x: Tensor, filter: Tensor, { stride, padding }: Window): Tensor =>
  channelsFirst(tf.conv2d(channelsLast(x), tf.transpose(filter as Tensor4, [2, 3, 1, 0]), stride, padding));

/** [out, in, k, k] → [out·in, k²] with the taps in reverse order, by a product: slices with a negative step took three times as long. */
export function reversedTaps(filter: Tensor): Tensor {
  const [out, into, k] = filter.shape as Shape4;
  const taps = k * k;
  const reversal = tf.tensor(
    Float32Array.from({ length: taps * taps }, (_, i) => (Math.floor(i / taps) + (i % taps) === taps - 1 ? 1 : 0)),
    [taps, taps],
  );
  return tf.matMul(tf.reshape(filter, [out * into, taps]), reversal);
}

/** [out, in, k, k] → [in, out, k, k] with the taps in reverse order. */
function turned(filter: Tensor): Tensor {
  const [out, into, k] = filter.shape as Shape4;
  const perFilter = tf.reshape(reversedTaps(filter), [out, into, k * k]);
  return tf.reshape(tf.transpose(perFilter, [1, 0, 2]), [into, out, k, k]);
}

function dataGradient(dy: Tensor, filter: Tensor, shape: Shape4, { stride, padding }: Window): Tensor {
  if (stride === 1) return convolve(dy, turned(filter), { stride, padding: filter.shape[2]! - 1 - padding });
  const [batch, channels, height, width] = shape;
  const taps = tf.transpose(filter as Tensor4, [2, 3, 1, 0]);
  const size: Shape4 = [batch, height, width, channels];
  return channelsFirst(tf.conv2dTranspose(channelsLast(dy), taps, size, stride, padding));
}

/** dy [batch, out, …] and x [batch, in, …] → the gradient of a filter of shape [out, in, k, k]. */
function filterGradient(x: Tensor, dy: Tensor, [out, into, k]: readonly number[], window: Window): Tensor {
  const { stride, padding } = window;
  const [batch, , height, width] = dy.shape as Shape4;
  const rows = batch * height * width;
  // Whole strides in each direction, so that the places a tap reads are a view of the cells.
  const cells = (size: number) => size + Math.ceil((k! - 1) / stride);
  const after = (size: number, extent: number) => cells(size) * stride - padding - extent;
  const padded = tf.pad(channelsLast(x), [
    [0, 0],
    [padding, after(height, x.shape[2]!)],
    [padding, after(width, x.shape[3]!)],
    [0, 0],
  ]);
  const grid = tf.reshape(padded, [batch, cells(height), stride, cells(width), stride, into!]);
  const columns = tf.reshape(channelsLast(dy), [rows, out!]);
  const taps = Array.from({ length: k! * k! }, (_, tap) => {
    const [i, j] = [Math.floor(tap / k!), tap % k!];
    const from = [0, Math.floor(i / stride), i % stride, Math.floor(j / stride), j % stride, 0];
    const view = tf.slice(grid, from, [batch, height, 1, width, 1, into!]);
    return tf.matMul(columns, tf.reshape(view, [rows, into!]), true, false);
  });
  const gradient = tf.reshape(tf.concat(taps, 0), [k! * k!, out! * into!]);
  return tf.reshape(tf.transpose(gradient, [1, 0]), [out!, into!, k!, k!]);
}

/** The data gradient as an op of (dy, filter): linear in dy, and its gradient by dy is the convolution itself. */
const transposedConvolution = (window: Window, shape: Shape4) =>
  withGradient(
    ([dy, filter], save) => {
      save([dy!, filter!]);
      return dataGradient(dy!, filter!, shape, window);
    },
    (ddx, [dy, filter]) => [convolve(ddx, filter!, window), filterGradient(ddx, dy!, filter!.shape, window)],
  );

const byConvolution = (window: Window) =>
  withGradient(
    ([x, filter], save) => {
      save([x!, filter!]);
      return convolve(x!, filter!, window);
    },
    (dy, [x, filter]) => [
      transposedConvolution(window, x!.shape as Shape4)(dy, filter!),
      filterGradient(x!, dy, filter!.shape, window),
    ],
  );

/** [h·w, places·k²]: 1 where tap t of output place q reads element p of the picture. */
export function tapMatrix(height: number, width: number, k: number, window: Window): Tensor {
  const { stride, padding } = window;
  const [rows, columns] = [placesOf(height, k, window), placesOf(width, k, window)];
  const data = new Float32Array(height * width * rows * columns * k * k);
  const across = rows * columns * k * k;
  for (let column = 0; column < across; column++) {
    const [place, tap] = [Math.floor(column / (k * k)), column % (k * k)];
    const y = stride * Math.floor(place / columns) + Math.floor(tap / k) - padding;
    const x = stride * (place % columns) + (tap % k) - padding;
    if (y >= 0 && y < height && x >= 0 && x < width) data[(y * width + x) * across + column] = 1;
  }
  return tf.tensor(data, [height * width, across]);
}

const byColumns = (window: Window) =>
  withGradient(
    ([x, filter], save) => {
      const [batch, into, height, width] = x!.shape as Shape4;
      const [out, , k] = filter!.shape as Shape4;
      const [rows, columns] = [placesOf(height, k, window), placesOf(width, k, window)];
      const matrix = tapMatrix(height, width, k, window);
      const spread = tf.matMul(tf.reshape(x!, [batch * into, height * width]), matrix);
      const perPlace = tf.transpose(tf.reshape(spread, [batch, into, rows * columns, k * k]), [0, 2, 1, 3]);
      const inputs = tf.reshape(perPlace, [batch * rows * columns, into * k * k]);
      save([x!, filter!, matrix, inputs]);
      const y = tf.matMul(inputs, tf.reshape(filter!, [out, into * k * k]), false, true);
      return channelsFirst(tf.reshape(y, [batch, rows, columns, out]));
    },
    (dy, [x, filter, matrix, inputs]) => {
      const [batch, into, height, width] = x!.shape as Shape4;
      const [out, , k] = filter!.shape as Shape4;
      const places = dy.shape[2]! * dy.shape[3]!;
      const rows = tf.reshape(channelsLast(dy), [batch * places, out]);
      const spread = tf.matMul(rows, tf.reshape(filter!, [out, into * k * k]));
      const perChannel = tf.transpose(tf.reshape(spread, [batch, places, into, k * k]), [0, 2, 1, 3]);
      const dx = tf.matMul(tf.reshape(perChannel, [batch * into, places * k * k]), matrix!, false, true);
      return [
        tf.reshape(dx, [batch, into, height, width]),
        tf.reshape(tf.matMul(rows, inputs!, true, false), filter!.shape),
      ];
    },
  );

/** Both forms; conv2d chooses, the benchmark compares. */
export const convolutionForms = { convolution: byConvolution, columns: byColumns } as const;
