/** Textures with the spectrum of natural surfaces: value noise summed over octaves, each turned its own way. */
import type { Random } from '../../../base/random.ts';

/** How a texture looks. */
export interface Texture {
  /** Cells of the coarsest octave across the drawing. */
  readonly cells: number;
  /** Loss of amplitude from octave to octave, as a power of frequency: power falls as f^−(2 + 2·smoothness). */
  readonly smoothness: number;
  /** Radians. Where `stretch` is above 1 the texture is drawn out along it: hair, grass, wood, water. */
  readonly angle: number;
  readonly stretch: number;
}

const poolSize = 4096;
/** Steps through the pool from cell to cell: far enough apart that no repeat shows in one picture. */
const [alongX, alongY, perOctave] = [1597, 51749, 7919];
/** Standard deviation of one octave: uniform values in (−1, 1) under smoothstep interpolation both ways. */
const octaveDeviation = (26 / 35) * Math.sqrt(1 / 3);

/** Random values at the corners of an endless lattice, the same for all textures of one picture. */
export class NoiseField {
  readonly #pool = new Float32Array(poolSize);
  #used = 0;

  constructor(random: Random) {
    // Sixteen bits are enough for a grain: two values from each word.
    for (let i = 0; i < poolSize; i += 2) {
      const word = random.word();
      this.#pool[i] = ((word & 0xffff) + 0.5) / 32768 - 1;
      this.#pool[i + 1] = ((word >>> 16) + 0.5) / 32768 - 1;
    }
  }

  /** A new size × size texture with mean about 0 and deviation about 1; detail goes down to the single pixel. */
  fractal(size: number, { cells, smoothness, angle, stretch }: Texture): Float32Array {
    const out = new Float32Array(size * size);
    let power = 0;
    let amplitude = 1;
    for (let frequency = cells; frequency <= size || power === 0; frequency *= 2) {
      // Isotropic octaves are turned by the golden angle, so that no lattice shows.
      const turn = stretch > 1 ? angle : angle + 2.4 * this.#used;
      this.#addOctave(out, size, frequency, amplitude, turn, stretch);
      // Octaves beyond 64 are added for larger pictures without making the others weaker.
      if (frequency <= 64) power += amplitude * amplitude;
      amplitude *= 2 ** -smoothness;
    }
    const scale = 1 / (octaveDeviation * Math.sqrt(power));
    for (let i = 0; i < out.length; i++) out[i]! *= scale;
    return out;
  }

  #addOctave(
    out: Float32Array,
    size: number,
    frequency: number,
    amplitude: number,
    turn: number,
    stretch: number,
  ): void {
    const pool = this.#pool;
    const octave = this.#used++;
    const step = frequency / size;
    const ux = (Math.cos(turn) * step) / stretch;
    const uy = (Math.sin(turn) * step) / stretch;
    const vx = -Math.sin(turn) * step;
    const vy = Math.cos(turn) * step;
    const base = octave * perOctave;
    // Places are counted from the middle of the first pixel of 64, so that any size shows the same texture.
    const middle = 0.5 - size / 128;
    for (let y = 0, i = 0; y < size; y++) {
      for (let x = 0; x < size; x++, i++) {
        // The offset keeps lattice positions positive.
        const u = ux * (x + middle) + uy * (y + middle) + 1000.5;
        const v = vx * (x + middle) + vy * (y + middle) + 1000.5;
        const column = Math.floor(u);
        const row = Math.floor(v);
        let fx = u - column;
        let fy = v - row;
        fx = fx * fx * (3 - 2 * fx);
        fy = fy * fy * (3 - 2 * fy);
        const at = base + column * alongX + row * alongY;
        const a = pool[at & 4095]!;
        const b = pool[(at + alongX) & 4095]!;
        const c = pool[(at + alongY) & 4095]!;
        const d = pool[(at + alongX + alongY) & 4095]!;
        const upper = a + (b - a) * fx;
        out[i]! += amplitude * (upper + (c + (d - c) * fx - upper) * fy);
      }
    }
  }

  /** White noise: value `i` of layer `layer`, uniform in (−1, 1). */
  white(i: number, layer: number): number {
    // Mixed so that neighbours come from far apart in the pool (the finish of MurmurHash3).
    let hash = Math.imul((i * 4 + layer) ^ ((i * 4 + layer) >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return this.#pool[hash >>> 20]!;
  }
}
