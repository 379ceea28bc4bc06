/**
 * Where a head is and which way it looks. Heads are drawn in head units: the origin between the eyes' height and the
 * middle of the face, the chin near (0, 1), the crown near (0, −1), y downwards.
 */
import type { Points } from '../shapes.ts';

export interface Pose {
  /** The origin of the head in the drawing, and the length of one head unit. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  /** Turned in the picture plane, clockwise; to the viewer's right; downwards. Radians. */
  readonly tilt: number;
  readonly yaw: number;
  readonly pitch: number;
}

/** How far the middle of the face stands out before its rim, in head units. */
const relief = 0.62;

export class Frame {
  readonly pose: Pose;
  readonly #cos: number;
  readonly #sin: number;
  readonly #shiftX: number;
  readonly #shiftY: number;
  readonly #narrow: number;

  constructor(pose: Pose) {
    this.pose = pose;
    this.#cos = Math.cos(pose.tilt);
    this.#sin = Math.sin(pose.tilt);
    this.#shiftX = relief * Math.sin(pose.yaw);
    this.#shiftY = relief * Math.sin(pose.pitch);
    this.#narrow = Math.cos(pose.yaw);
  }

  /** Outlines of the whole head (hair, hats): they tilt but look alike from the side. */
  flat(points: Points): Float64Array {
    return this.#place(points, false);
  }

  /** Things on the surface of the face: they also turn with it, as on an egg. */
  turned(points: Points): Float64Array {
    return this.#place(points, true);
  }

  /** One point of the surface. */
  at(x: number, y: number): readonly [number, number] {
    const placed = this.#place([x, y], true);
    return [placed[0]!, placed[1]!];
  }

  #place(points: Points, turn: boolean): Float64Array {
    const { x, y, scale } = this.pose;
    const out = new Float64Array(points.length);
    for (let i = 0; i < out.length; i += 2) {
      let px = points[i]!;
      let py = points[i + 1]!;
      if (turn) {
        const rim = (px * px) / 0.95 + (py * py) / 1.6;
        const height = rim < 1 ? Math.sqrt(1 - rim) : 0;
        px = px * this.#narrow + height * this.#shiftX;
        py += height * this.#shiftY;
      }
      // The head tilts about the neck, a little below the chin.
      py -= 1.1;
      out[i] = x + scale * (px * this.#cos - py * this.#sin);
      out[i + 1] = y + scale * (px * this.#sin + py * this.#cos + 1.1);
    }
    return out;
  }
}
