/** What a drawn person looks like: every choice is made here, once, from one random sequence. */
import type { Random } from '../../../base/random.ts';
import { difference, mix, shade, tone, type Rgb } from '../colour.ts';
import type { Pose } from './frame.ts';
import * as palette from './palette.ts';
import {
  accessoryKinds,
  backdropKinds,
  beardKinds,
  clothesKinds,
  earringKinds,
  glassesKinds,
  hairStyles,
  hatKinds,
  weighted,
  type AccessoryKind,
  type BackdropKind,
  type BeardKind,
  type ClothesKind,
  type EarringKind,
  type GlassesKind,
  type HairBack,
  type HairFront,
  type HatKind,
} from './kinds.ts';

export interface HeadShape {
  /** Half widths in head units at the forehead, the cheekbones, the jaw and the chin, and how far down the chin is. */
  readonly forehead: number;
  readonly cheek: number;
  readonly jaw: number;
  readonly chin: number;
  readonly length: number;
}

export interface Eyes {
  readonly spacing: number;
  readonly width: number;
  readonly height: number;
  /** How far the outer corner is lifted. */
  readonly slant: number;
  /** 0 closed … 1 wide open. */
  readonly open: number;
  readonly smiling: boolean;
  readonly iris: Rgb;
  readonly gaze: readonly [number, number];
  /** 0 none … 1 long. */
  readonly lashes: number;
  readonly lid: Rgb | undefined;
}

export interface Brows {
  readonly thickness: number;
  readonly arch: number;
  /** Positive: inner ends up (worried); negative: down (stern). */
  readonly slope: number;
  readonly height: number;
}

export interface Mouth {
  readonly width: number;
  /** Positive smiles. */
  readonly curve: number;
  /** 0 closed … 1 laughing. */
  readonly open: number;
  readonly fullness: number;
  readonly lip: Rgb;
  /** One corner higher than the other. */
  readonly smirk: number;
}

export interface Hair {
  readonly front: HairFront;
  readonly back: HairBack;
  readonly colour: Rgb;
  /** The colour it grows in: that of brows and beard, even where the hair is dyed. */
  readonly natural: Rgb;
  readonly volume: number;
  /** −1 or 1: the side of the parting. */
  readonly side: number;
  readonly length: number;
  readonly wave: number;
}

export interface Light {
  /** −1 from the viewer's left … 1 from the right. */
  readonly side: number;
  readonly strength: number;
  readonly colour: Rgb;
}

export interface Backdrop {
  readonly kind: BackdropKind;
  readonly colours: readonly [Rgb, Rgb, Rgb];
  /** Free numbers in (0, 1) for the placing of its parts. */
  readonly dice: readonly number[];
}

export interface Face {
  readonly pose: Pose;
  readonly body: { readonly x: number; readonly width: number; readonly lift: number };
  readonly shape: HeadShape;
  readonly skin: Rgb;
  readonly blush: number;
  readonly freckles: number;
  readonly nose: { readonly width: number; readonly length: number; readonly side: number };
  readonly eyes: Eyes;
  readonly brows: Brows;
  readonly mouth: Mouth;
  readonly hair: Hair;
  readonly beard: { readonly kind: BeardKind; readonly colour: Rgb; readonly length: number };
  readonly glasses: { readonly kind: GlassesKind; readonly colour: Rgb; readonly tint: Rgb; readonly dark: boolean };
  readonly hat: { readonly kind: HatKind; readonly colour: Rgb; readonly second: Rgb };
  readonly accessory: { readonly kind: AccessoryKind; readonly colour: Rgb };
  readonly earrings: { readonly kind: EarringKind; readonly colour: Rgb };
  readonly clothes: { readonly kind: ClothesKind; readonly colour: Rgb; readonly second: Rgb };
  readonly light: Light;
  readonly backdrop: Backdrop;
}

/** Traits that usually come together share these three numbers. */
interface Temper {
  /** 0 angular … 1 soft. */
  readonly soft: number;
  /** 0 young … 1 old. */
  readonly age: number;
  /** −1 sad … 1 merry. */
  readonly mood: number;
}

/** Ways to tie the hair that no bearded person of these pictures wears. */
const playful: ReadonlySet<HairBack> = new Set(['pigtails', 'buns', 'braids', 'cloud', 'wavy']);

export function sampleFace(random: Random): Face {
  const soft = random.uniform();
  const temper: Temper = {
    soft,
    age: random.uniform() ** 1.5,
    mood: Math.max(-0.4, Math.min(1, random.normal(0.5, 0.34))),
  };
  const backdrop = sampleBackdrop(random);
  const depth = random.uniform();
  const skin = tone(palette.skinOf(depth), random.uniform(-0.012, 0.012), random.uniform(0.88, 1.12));
  const hair = sampleHair(random, temper, depth);
  const hat = weighted(random, hatKinds);
  const clothes = sampleClothes(random, backdrop);
  const mouth = sampleMouth(random, temper, skin);
  const bearded = soft < 0.45 && temper.age > 0.06 && !playful.has(hair.back);
  const beard = bearded ? weighted(random, beardKinds) : 'none';
  return {
    pose: {
      x: 0.5 + random.uniform(-0.022, 0.022),
      y: 0.475 + random.uniform(-0.015, 0.015),
      scale: random.uniform(0.268, 0.296),
      tilt: Math.max(-0.16, Math.min(0.16, random.normal(0, 0.065))),
      yaw: random.uniform(-0.36, 0.36),
      pitch: random.uniform(-0.1, 0.12),
    },
    body: {
      x: 0.5 + random.uniform(-0.02, 0.02),
      width: random.uniform(0.9, 1.12) * (1.06 - 0.12 * soft),
      lift: random.uniform(),
    },
    shape: sampleShape(random, temper),
    skin,
    blush: random.uniform(0.1, 0.4) + 0.2 * soft * random.uniform(),
    freckles: random.chance(0.12) && depth < 0.55 ? random.uniform(0.5, 1) : 0,
    nose: { width: random.uniform(0.09, 0.16), length: random.uniform(0.34, 0.46), side: random.chance(0.5) ? 1 : -1 },
    eyes: sampleEyes(random, temper, depth),
    brows: {
      thickness: random.uniform(0.05, 0.085) + 0.03 * (1 - soft),
      arch: random.uniform(0.02, 0.1),
      slope: random.normal(0.022, 0.018) + (random.chance(0.07) ? -0.035 : 0),
      height: random.uniform(-0.3, -0.24),
    },
    mouth: beard === 'goatee' ? { ...mouth, open: 0 } : mouth,
    hair: hat === 'none' ? hair : flattened(hair),
    beard: {
      kind: beard,
      colour: shade(hair.natural, 0.1),
      length: random.uniform(),
    },
    glasses: {
      kind: weighted(random, glassesKinds),
      colour: random.pick(palette.frameColours),
      tint: random.pick(palette.clothColours),
      dark: random.chance(0.16),
    },
    hat: { kind: hat, ...samplePair(random, backdrop) },
    accessory: {
      kind: hat === 'none' && random.chance(0.1 + 0.3 * soft) ? weighted(random, accessoryKinds) : 'none',
      colour: random.pick(palette.clothColours),
    },
    earrings: {
      kind: random.chance(0.08 + 0.55 * soft) ? weighted(random, earringKinds) : 'none',
      colour: random.pick(random.chance(0.65) ? palette.metals : palette.gems),
    },
    clothes,
    light: {
      side: random.chance(0.5) ? random.uniform(0.35, 1) : random.uniform(-1, -0.35),
      strength: random.uniform(0.45, 1),
      colour: random.pick([palette.white, palette.wallColours[1]!, palette.wallColours[6]!, palette.wallColours[13]!]),
    },
    backdrop,
  };
}

/** What of the hair fits under a hat. */
function flattened(hair: Hair): Hair {
  const knotted = hair.back === 'bun' || hair.back === 'buns';
  const upright = hair.front === 'spiky' || hair.front === 'quiff';
  return {
    ...hair,
    volume: Math.min(hair.volume, 0.1),
    back: knotted ? 'none' : hair.back,
    front: upright ? 'short' : hair.front,
  };
}

function sampleShape(random: Random, { soft, age }: Temper): HeadShape {
  const young = age < 0.2 ? 0.04 : 0;
  const cheek = random.uniform(0.74, 0.83) + young;
  return {
    forehead: cheek - random.uniform(0.0, 0.06),
    cheek,
    jaw: cheek * (random.uniform(0.76, 0.88) + 0.03 * (1 - soft)),
    chin: random.uniform(0.24, 0.36) + 0.08 * (1 - soft),
    length: random.uniform(0.96, 1.08) - young,
  };
}

function sampleEyes(random: Random, { soft, age, mood }: Temper, depth: number): Eyes {
  const size = random.uniform(0.94, 1.12) * (age < 0.2 ? 1.08 : 1);
  const common = random.chance(Math.min(0.96, 0.25 + 1.1 * depth))
    ? random.integer(3)
    : random.integer(palette.irisColours.length);
  return {
    spacing: random.uniform(0.345, 0.39),
    width: 0.19 * size,
    height: random.uniform(0.125, 0.165) * size,
    slant: random.normal(0.015, 0.02),
    open: random.chance(0.12) ? random.uniform(0.45, 0.65) : random.uniform(0.78, 1),
    smiling: mood > 0.5 && random.chance(0.13),
    iris: tone(palette.irisColours[common]!, random.uniform(-0.04, 0.05), random.uniform(0.85, 1.2)),
    gaze: random.chance(0.55) ? [0, 0] : [random.uniform(-0.06, 0.06), random.uniform(-0.03, 0.03)],
    lashes: soft > 0.4 ? (soft - 0.4) / 0.6 : 0,
    lid: soft > 0.6 && random.chance(0.3) ? random.pick(palette.clothColours) : undefined,
  };
}

function sampleMouth(random: Random, { soft, mood }: Temper, skin: Rgb): Mouth {
  const painted = soft > 0.5 && random.chance(0.45);
  const natural = mix(shade(skin, 0.2), palette.lipColours[0]!, 0.36);
  return {
    width: random.uniform(0.24, 0.33) + 0.04 * Math.max(0, mood),
    curve: 0.13 * mood,
    open:
      mood > 0.45 && random.chance(0.55) ? random.uniform(0.3, 1) : random.chance(0.05) ? random.uniform(0.4, 0.8) : 0,
    fullness: random.uniform(0.6, 1) + 0.3 * soft,
    lip: painted ? random.pick(palette.lipColours) : natural,
    smirk: random.chance(0.2) ? random.normal(0, 0.035) : 0,
  };
}

function sampleHair(random: Random, { soft, age }: Temper, depth: number): Hair {
  const style = weighted(
    random,
    hairStyles.map(({ weight, ...rest }) => [rest, weight[0] * (1 - soft) + weight[1] * soft] as const),
  );
  const { dark, brown, red, fair, grey, bright } = palette.hairColours;
  const light = Math.max(0.06, 0.75 - depth);
  const group = weighted(random, [
    [dark, 0.35 + depth],
    [brown, 0.5],
    [red, 0.28 * light],
    [fair, 0.55 * light],
    [grey, age > 0.6 ? 0.9 : 0.03],
    [bright, 0.1],
  ]);
  const colour = tone(random.pick(group), random.uniform(-0.02, 0.03), random.uniform(0.9, 1.1));
  return {
    front: style.front,
    back: style.back,
    colour,
    natural: group === bright ? random.pick(depth > 0.5 ? dark : brown) : colour,
    volume: random.uniform(0.08, 0.2),
    side: random.chance(0.5) ? 1 : -1,
    length: random.uniform(),
    wave: random.uniform(),
  };
}

function sampleBackdrop(random: Random): Backdrop {
  const kind = weighted(random, backdropKinds);
  const outdoors = kind === 'hills' || kind === 'sea';
  const hues = palette.wallColours;
  const start = random.integer(hues.length);
  // The palette runs round the hues: near neighbours go together without turning grey between them.
  const near = hues[(start + (random.chance(0.5) ? 2 : hues.length - 2) + random.integer(3) - 1) % hues.length]!;
  const accent = random.chance(0.7) ? near : random.pick(hues);
  return {
    kind,
    colours: outdoors
      ? [random.pick(palette.skyColours), accent, random.pick(palette.landColours)]
      : [hues[start]!, near, accent],
    dice: Array.from({ length: 18 }, () => random.uniform()),
  };
}

/** Two cloth colours that stand out from the wall and from each other. */
function samplePair(random: Random, backdrop: Backdrop): { colour: Rgb; second: Rgb } {
  const pickFar = (from: Rgb): Rgb => {
    let best = random.pick(palette.clothColours);
    for (let tries = 0; tries < 4 && difference(best, from) < 0.22; tries++) {
      const other = random.pick(palette.clothColours);
      if (difference(other, from) > difference(best, from)) best = other;
    }
    return best;
  };
  const colour = pickFar(backdrop.colours[0]);
  return { colour, second: pickFar(colour) };
}

function sampleClothes(random: Random, backdrop: Backdrop): Face['clothes'] {
  return { kind: weighted(random, clothesKinds), ...samplePair(random, backdrop) };
}
