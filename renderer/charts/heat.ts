/** Colours for heat maps: from dark violet over the studio's orange to yellow. They are as bright in a light as in a dark window. */

export type Colour = readonly [number, number, number];

/** From cold to hot, equally far apart, each brighter than the one before: it can be read without colours, too. */
export const heatStops: readonly Colour[] = [
  [29, 18, 53],
  [92, 24, 104],
  [170, 48, 76],
  [232, 112, 42],
  [255, 216, 77],
];

/** @param heat 0 to 1; what lies outside is like the end */
export function heatColour(heat: number): Colour {
  const at = Math.max(0, Math.min(1, heat)) * (heatStops.length - 1);
  const low = Math.min(heatStops.length - 2, Math.floor(at));
  const [a, b] = [heatStops[low]!, heatStops[low + 1]!];
  const mixed = (i: 0 | 1 | 2) => Math.round(a[i] + (at - low) * (b[i] - a[i]));
  return [mixed(0), mixed(1), mixed(2)];
}

/** For a legend. */
export const heatGradient = `linear-gradient(to right, ${heatStops.map((stop) => `rgb(${stop.join(' ')})`).join(', ')})`;

/**
 * Paints a heat map, one pixel for each cell; the canvas is shown larger.
 * @param heat row by row, 0 to 1
 * @param opacity of a cell by its heat, 0 to 1
 */
export function paintHeat(
  canvas: HTMLCanvasElement,
  heat: ArrayLike<number>,
  width: number,
  opacity: (heat: number) => number = () => 1,
): void {
  canvas.width = width;
  canvas.height = heat.length / width;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < heat.length; i++) {
    image.data.set(heatColour(heat[i]!), 4 * i);
    image.data[4 * i + 3] = Math.round(255 * opacity(heat[i]!));
  }
  context.putImageData(image, 0, 0);
}

/** Distances from the middle (robust z) on a logarithmic scale: 2 and less is cold, 32 and more is hot. */
export const distanceTicks = [2, 4, 8, 16, 32] as const;
export function distanceHeat(z: number): number {
  return Math.max(0, Math.min(1, Math.log2(Math.abs(z) / distanceTicks[0]) / (distanceTicks.length - 1)));
}

/** Over a picture: clear where nothing is unusual, and the picture shines through everywhere. */
export const overPicture = (heat: number): number => (heat === 0 ? 0 : 0.2 + 0.65 * heat);
