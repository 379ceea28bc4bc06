/** Choosing a square of a picture: in the picture's own pixels, and as it lies on the square stage that shows all of it. */

export interface SquareOfPicture {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** The largest square in the middle: what an import takes. */
export function middleSquare({ width, height }: PictureSize): SquareOfPicture {
  const side = Math.min(width, height);
  return { x: Math.floor((width - side) / 2), y: Math.floor((height - side) / 2), side };
}

/** Where the picture lies on the stage and how large it is there, as shares of the stage's side. */
export function onStage({ width, height }: PictureSize) {
  const longest = Math.max(width, height);
  const [w, h] = [width / longest, height / longest];
  return { left: (1 - w) / 2, top: (1 - h) / 2, width: w, height: h };
}

/** The square on the stage, in percent of its side. */
export function squareOnStage({ x, y, side }: SquareOfPicture, size: PictureSize) {
  const longest = Math.max(size.width, size.height);
  const { left, top } = onStage(size);
  return { left: 100 * (left + x / longest), top: 100 * (top + y / longest), side: (100 * side) / longest };
}

/** The nearest square that is whole pixels within the picture. */
export function within(
  { x, y, side }: SquareOfPicture,
  { width, height }: PictureSize,
  least: number,
): SquareOfPicture {
  const size = Math.round(Math.max(least, Math.min(side, width, height)));
  const inside = (at: number, length: number) => Math.round(Math.max(0, Math.min(at, length - size)));
  return { x: inside(x, width), y: inside(y, height), side: size };
}

/** The square around the same middle with another side. */
export function resized({ x, y, side }: SquareOfPicture, next: number): SquareOfPicture {
  return { x: x + (side - next) / 2, y: y + (side - next) / 2, side: next };
}

/** What an arrow key does: it moves the square by a hundredth of the picture, with Shift by a tenth. */
export function movedByKey(
  square: SquareOfPicture,
  { key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  { width, height }: PictureSize,
): SquareOfPicture | undefined {
  const step = Math.max(1, Math.round(Math.max(width, height) / (shiftKey ? 10 : 100)));
  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-step, 0],
    ArrowRight: [step, 0],
    ArrowUp: [0, -step],
    ArrowDown: [0, step],
  };
  const move = moves[key];
  if (move) return { ...square, x: square.x + move[0], y: square.y + move[1] };
  if (key === '+' || key === '=') return resized(square, square.side + 2 * step);
  return key === '-' ? resized(square, square.side - 2 * step) : undefined;
}

/** `480 × 480 pixels from (80, 160)`. */
export const squareWords = ({ x, y, side }: SquareOfPicture): string => `${side} × ${side} pixels from (${x}, ${y})`;
