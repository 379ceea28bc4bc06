/** The kinds of hair, hats, clothes and walls there are, and how often each is met. */
import type { Random } from '../../../base/random.ts';

/** One of `items`, each as often as its weight. */
export function weighted<T>(random: Random, items: readonly (readonly [T, number])[]): T {
  let left = random.uniform() * items.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [item, weight] of items) {
    left -= weight;
    if (left <= 0) return item;
  }
  return items[items.length - 1]![0];
}

export type HairFront =
  'none' | 'buzz' | 'receding' | 'short' | 'swept' | 'quiff' | 'spiky' | 'slick' | 'fringe' | 'curtain' | 'curls';
export type HairBack =
  'none' | 'bob' | 'long' | 'wavy' | 'cloud' | 'afro' | 'ponytail' | 'pigtails' | 'bun' | 'buns' | 'braids';

/** `weight`: how often on angular faces, how often on soft ones. */
interface HairStyle {
  readonly front: HairFront;
  readonly back: HairBack;
  readonly weight: readonly [number, number];
}
const style = (front: HairFront, back: HairBack, angular: number, soft: number): HairStyle => ({
  front,
  back,
  weight: [angular, soft],
});

export const hairStyles: readonly HairStyle[] = [
  style('none', 'none', 5, 0.4),
  style('buzz', 'none', 7, 1),
  style('receding', 'none', 5, 0),
  style('short', 'none', 12, 2),
  style('swept', 'none', 13, 4),
  style('quiff', 'none', 11, 2),
  style('spiky', 'none', 7, 1),
  style('slick', 'none', 6, 1),
  style('curls', 'none', 11, 5),
  style('fringe', 'none', 6, 3),
  style('curtain', 'none', 4, 2),
  style('short', 'afro', 5, 5),
  style('curls', 'cloud', 2, 8),
  style('fringe', 'bob', 1, 8),
  style('curtain', 'bob', 3, 6),
  style('swept', 'bob', 2, 6),
  style('fringe', 'long', 0.5, 6),
  style('curtain', 'long', 3, 8),
  style('swept', 'long', 1, 6),
  style('curtain', 'wavy', 2, 8),
  style('swept', 'wavy', 1, 7),
  style('swept', 'ponytail', 1, 5),
  style('slick', 'ponytail', 2, 4),
  style('fringe', 'ponytail', 0, 3),
  style('slick', 'bun', 3, 4),
  style('fringe', 'bun', 0.5, 4),
  style('curtain', 'buns', 0, 3),
  style('fringe', 'pigtails', 0, 3),
  style('curtain', 'braids', 0, 4),
];

export type BeardKind = 'none' | 'stubble' | 'full' | 'short' | 'goatee' | 'moustache' | 'handlebar';
export const beardKinds = [
  ['none', 8],
  ['stubble', 4],
  ['short', 4],
  ['full', 4],
  ['goatee', 2],
  ['moustache', 2],
  ['handlebar', 1],
] as const satisfies readonly (readonly [BeardKind, number])[];

export type GlassesKind = 'none' | 'round' | 'square' | 'cat' | 'half';
export const glassesKinds = [
  ['none', 70],
  ['round', 12],
  ['square', 10],
  ['cat', 4],
  ['half', 4],
] as const satisfies readonly (readonly [GlassesKind, number])[];

export type HatKind = 'none' | 'beanie' | 'cap' | 'brim' | 'bowler' | 'beret' | 'bucket' | 'scarf' | 'turban';
export const hatKinds = [
  ['none', 76],
  ['beanie', 5],
  ['cap', 4],
  ['brim', 3],
  ['bowler', 2],
  ['beret', 3],
  ['bucket', 2],
  ['scarf', 3],
  ['turban', 2],
] as const satisfies readonly (readonly [HatKind, number])[];

export type AccessoryKind = 'none' | 'band' | 'flower' | 'bow' | 'headphones' | 'clip';
export const accessoryKinds = [
  ['band', 4],
  ['flower', 3],
  ['bow', 2],
  ['headphones', 3],
  ['clip', 2],
] as const satisfies readonly (readonly [AccessoryKind, number])[];

export type EarringKind = 'none' | 'stud' | 'hoop' | 'drop';
export const earringKinds = [
  ['stud', 3],
  ['hoop', 3],
  ['drop', 3],
] as const satisfies readonly (readonly [EarringKind, number])[];

export type ClothesKind =
  'crew' | 'vee' | 'turtleneck' | 'shirt' | 'hoodie' | 'blazer' | 'stripes' | 'dress' | 'dungarees' | 'scarf';
export const clothesKinds = [
  ['crew', 5],
  ['vee', 3],
  ['turtleneck', 4],
  ['shirt', 4],
  ['hoodie', 4],
  ['blazer', 4],
  ['stripes', 4],
  ['dress', 2],
  ['dungarees', 2],
  ['scarf', 3],
] as const satisfies readonly (readonly [ClothesKind, number])[];

export type BackdropKind =
  | 'plain'
  | 'gradient'
  | 'halo'
  | 'disc'
  | 'bokeh'
  | 'stripes'
  | 'hills'
  | 'window'
  | 'leaves'
  | 'split'
  | 'sea'
  | 'arch';
export const backdropKinds = [
  ['plain', 3],
  ['gradient', 4],
  ['halo', 4],
  ['disc', 4],
  ['bokeh', 4],
  ['stripes', 3],
  ['hills', 4],
  ['window', 2],
  ['leaves', 3],
  ['split', 2],
  ['sea', 3],
  ['arch', 3],
] as const satisfies readonly (readonly [BackdropKind, number])[];
