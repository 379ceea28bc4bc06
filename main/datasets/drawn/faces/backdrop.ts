/** What is behind the person: walls, windows, hills and the sea, all broad and soft so that the face leads. */
import { flat, glow, linear, type Canvas } from '../canvas.ts';
import { difference, light, mix, shade, toOklab, type Rgb } from '../colour.ts';
import { ellipse, rectangle, smooth, stroke } from '../shapes.ts';
import type { BackdropKind } from './kinds.ts';
import { white } from './palette.ts';
import type { Backdrop, Face } from './traits.ts';

type Painter = (canvas: Canvas, backdrop: Backdrop) => void;

const painters: Record<BackdropKind, Painter> = {
  plain: (canvas, { colours: [wall] }) => canvas.wash(flat(wall)),
  gradient: (canvas, { colours: [from, , to], dice }) => {
    const angle = 2 * Math.PI * dice[0]!;
    const x = 0.6 * Math.cos(angle);
    const y = 0.6 * Math.sin(angle);
    canvas.wash(linear([0.5 - x, 0.5 - y], from, [0.5 + x, 0.5 + y], to));
  },
  halo: (canvas, { colours: [wall, between], dice }) => {
    const rim = dice[0]! < 0.5 ? shade(wall, 0.16) : between;
    canvas.wash(flat(rim));
    canvas.wash(glow([0.5, 0.42], [0.72, 0.72], light(wall, 0.35), 1));
  },
  disc: (canvas, { colours: [wall, between], dice }) => {
    canvas.wash(flat(light(wall, 0.1)));
    const radius = 0.36 + 0.08 * dice[0]!;
    canvas.fill([ellipse(0.5, 0.46, radius, radius)], linear([0.5, 0.05], offset(between, wall), [0.5, 0.9], between));
  },
  bokeh,
  stripes: (canvas, { colours: [wall], dice }) => {
    canvas.wash(flat(wall));
    const other = mix(offset(wall, wall), wall, 0.3);
    const lean = dice[0]! < 0.35 ? 0 : dice[0]! < 0.7 ? 0.5 : -0.5;
    const count = 4 + Math.floor(3 * dice[1]!);
    for (let i = -3; i < count + 3; i++) {
      const x = (i + dice[2]!) / count;
      const width = 0.5 / count;
      canvas.fill([Float64Array.of(x + lean, 0, x + width + lean, 0, x + width - lean, 1, x - lean, 1)], flat(other));
    }
  },
  hills,
  window: (canvas, { colours: [wall, , sky], dice }) => {
    canvas.wash(linear([0, 0], light(wall, 0.12), [1, 1], shade(wall, 0.1)));
    const left = dice[0]! < 0.5 ? 0.04 : 0.5;
    const frame = light(wall, 0.6);
    canvas.fill([rectangle(left, 0.06, left + 0.46, 0.7)], flat(frame));
    for (const x of [left + 0.03, left + 0.245]) {
      for (const y of [0.09, 0.395]) {
        const pane = rectangle(x, y, x + 0.185, y + 0.275);
        canvas.fill([pane], linear([x, 0.05], light(sky, 0.25), [x, 0.7], light(sky, 0.65)));
      }
    }
  },
  leaves,
  split: (canvas, { colours: [wall, between], dice }) => {
    canvas.wash(flat(wall));
    const top = 0.25 + 0.5 * dice[0]!;
    const bottom = 0.25 + 0.5 * dice[1]!;
    canvas.fill([Float64Array.of(top, 0, 1, 0, 1, 1, bottom, 1)], flat(offset(between, wall)));
  },
  sea,
  arch: (canvas, { colours: [wall, between], dice }) => {
    canvas.wash(flat(wall));
    const inner = offset(between, wall);
    const half = 0.34 + 0.06 * dice[0]!;
    for (const [reach, colour] of [
      [half + 0.07, light(wall, 0.28)],
      [half, inner],
    ] as const) {
      const top = 0.46 - reach;
      const k = 0.55 * reach;
      const curve = [0.5, top, 0.5 + k, top + 0.08 * reach, 0.5 + 0.92 * reach, top + 0.6 * reach, 0.5 + reach, 0.55];
      const right = [0.5 + reach, 1.05, 0.5 + reach, 1.05, 0.5 - reach, 1.05, 0.5 - reach, 1.05];
      const back = [0.5 - reach, 0.55, 0.5 - 0.92 * reach, top + 0.6 * reach, 0.5 - k, top + 0.08 * reach];
      canvas.fill([smooth([...curve, ...right, ...back])], linear([0.5, top], light(colour, 0.1), [0.5, 1], colour));
    }
  },
};

export function paintBackdrop(canvas: Canvas, { backdrop, light: { side, strength, colour } }: Face): void {
  painters[backdrop.kind](canvas, backdrop);
  canvas.wash(glow([0.5 + 0.55 * side, 0.05], [0.85, 0.85], colour, 0.34 * strength));
  canvas.wash(glow([0.5 - 0.6 * side, 1.05], [0.8, 0.8], shade(backdrop.colours[0], 0.45), 0.2 * strength));
}

/** `colour` moved away in lightness where it is too close to `from`, so that two areas stay two areas. */
function offset(colour: Rgb, from: Rgb): Rgb {
  if (difference(colour, from) > 0.12) return colour;
  return toOklab(from)[0] > 0.72 ? shade(colour, 0.14) : light(colour, 0.25);
}

function bokeh(canvas: Canvas, { colours: [wall, between, other], dice }: Backdrop): void {
  canvas.wash(linear([0.3, 0], shade(wall, 0.12), [0.7, 1], shade(between, 0.3)));
  for (let i = 0; i < 9; i++) {
    const x = (i % 3) / 3 + dice[i]! * 0.4 - 0.03;
    const y = Math.floor(i / 3) / 3 + dice[i + 9]! * 0.4 - 0.05;
    const radius = 0.06 + 0.09 * ((dice[i]! * 7.3) % 1);
    const colour = light(i % 2 ? other : wall, 0.45);
    canvas.wash(glow([x, y], [radius * 1.5, radius * 1.5], colour, 0.3));
    canvas.fill([ellipse(x, y, radius, radius)], flat(colour, 0.22));
  }
}

function hills(canvas: Canvas, { colours: [sky, , ground], dice }: Backdrop): void {
  const high = light(sky, 0.1);
  canvas.wash(linear([0.5, 0], high, [0.5, 0.75], light(sky, 0.6)));
  const sun = [0.12 + 0.76 * dice[0]!, 0.14 + 0.16 * dice[1]!] as const;
  canvas.wash(glow(sun, [0.3, 0.3], white, 0.5));
  canvas.fill([ellipse(sun[0], sun[1], 0.075, 0.075)], flat([1, 0.95, 0.8], 0.9));
  for (let i = 0; i < 3; i++) {
    const y = 0.5 + 0.13 * i;
    const d = (k: number): number => 0.13 * (dice[3 + 4 * i + k]! - 0.5);
    const ridge = [-0.1, y + d(0), 0.22, y + d(1), 0.5, y + d(2), 0.78, y + d(3), 1.1, y + d(0)];
    const colour = shade(mix(ground, sky, 0.55 - 0.25 * i), 0.02 + 0.08 * i);
    const bottom = [1.1, y + d(0), 1.1, 1.1, 1.1, 1.1, -0.1, 1.1, -0.1, 1.1, -0.1, y + d(0)];
    canvas.fill([smooth([...ridge, ...bottom])], linear([0.5, y - 0.05], light(colour, 0.12), [0.5, y + 0.3], colour));
  }
}

function leaves(canvas: Canvas, { colours: [wall, between], dice }: Backdrop): void {
  canvas.wash(linear([0.5, 0], light(wall, 0.15), [0.5, 1], wall));
  for (let i = 0; i < 8; i++) {
    const onLeft = i % 2 === 0;
    const x = onLeft ? 0.02 : 0.98;
    const y = 0.08 + 0.25 * Math.floor(i / 2) + 0.14 * dice[i]!;
    const angle = (onLeft ? 0 : Math.PI) + (dice[i + 8]! - 0.6) * 1.3;
    const length = 0.3 + 0.14 * dice[(i + 5) % 18]!;
    const colour = shade(mix(offset(between, wall), wall, 0.25), 0.16 * dice[(i + 3) % 18]!);
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    const place = (along: number, across: number): number[] => [
      x + length * (along * cos - across * sin),
      y + length * (along * sin + across * cos),
    ];
    const leaf = [
      [0, 0],
      [0, 0],
      [0.3, 0.17],
      [0.65, 0.17],
      [1, 0],
      [1, 0],
      [0.65, -0.17],
      [0.3, -0.17],
    ];
    canvas.fill([smooth(leaf.flatMap(([along, across]) => place(along!, across!)))], flat(colour));
    const rib = Float64Array.from([...place(0, 0), ...place(0.9, 0)]);
    canvas.fill([stroke(rib, 0.012)], flat(light(colour, 0.2), 0.6));
  }
}

function sea(canvas: Canvas, { colours: [sky], dice }: Backdrop): void {
  const horizon = 0.5 + 0.14 * dice[0]!;
  canvas.wash(linear([0.5, 0], sky, [0.5, horizon], light(sky, 0.6)));
  for (let i = 0; i < 3; i++) {
    const x = dice[2 + i]! * 1.1 - 0.05;
    const y = 0.08 + 0.11 * i + 0.05 * dice[6 + i]!;
    const puffs = [
      ellipse(x, y, 0.13, 0.035),
      ellipse(x - 0.05, y - 0.025, 0.055, 0.04),
      ellipse(x + 0.04, y - 0.03, 0.06, 0.045),
    ];
    canvas.fill(puffs, flat(white, 0.5));
  }
  const water = mix(shade(sky, 0.25), [0.1, 0.47, 0.62], 0.62);
  canvas.fill([rectangle(-0.1, horizon, 1.1, 1.1)], linear([0.5, horizon], light(water, 0.2), [0.5, 1], water));
  canvas.fill([rectangle(-0.1, 0.84 + 0.05 * dice[1]!, 1.1, 1.1)], flat([0.95, 0.86, 0.7]));
}
