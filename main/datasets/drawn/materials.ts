/**
 * Training material for the small starter autoencoder: drawn pictures as varied as photographs, so that it also carries
 * pictures it has never seen.
 */
import { Random } from '../../base/random.ts';
import { Canvas } from './canvas.ts';
import { paintPortrait, type DrawingRequest } from './faces.ts';
import { sampleFace } from './faces/traits.ts';
import { weighted } from './faces/kinds.ts';
import { develop } from './materials/camera.ts';
import { paintTexturePicture } from './materials/textures.ts';
import { createEasel, type Easel } from './materials/easel.ts';
import * as graphics from './materials/graphics.ts';
import { paintLeafPicture } from './materials/leaves.ts';
import { paintObjects } from './materials/objects.ts';
import { paintScenery } from './materials/scenery.ts';

/** A kind of material, how often it is drawn, and whether it passes through the camera. */
interface Material {
  readonly share: number;
  readonly natural: boolean;
  readonly paint: (easel: Easel) => void;
}

export const materials = {
  leaves: { share: 20, natural: true, paint: paintLeafPicture },
  objects: { share: 20, natural: true, paint: paintObjects },
  scenery: { share: 14, natural: true, paint: paintScenery },
  texture: { share: 6, natural: true, paint: paintTexturePicture },
  face: { share: 25, natural: false, paint: paintFacePart },
  words: { share: 4, natural: false, paint: graphics.paintWords },
  shapes: { share: 3, natural: false, paint: graphics.paintShapes },
  lines: { share: 3, natural: false, paint: graphics.paintLines },
  stripes: { share: 2, natural: false, paint: graphics.paintStripes },
  grating: { share: 2, natural: false, paint: graphics.paintGrating },
  gradient: { share: 1, natural: false, paint: graphics.paintGradient },
} as const satisfies Record<string, Material>;
export type MaterialKind = keyof typeof materials;

const shares = (Object.keys(materials) as MaterialKind[]).map((kind) => [kind, materials[kind].share] as const);

/** Material and portraits of one seed read different parts of the same stream of random sequences. */
const firstMaterial = 2 ** 40;

/** Picture `index` of the material of set `seed`: RGB bytes, size × size × 3, row-major. */
export function drawMaterial(request: DrawingRequest): Uint8Array {
  const random = new Random({ seed: request.seed, stream: 'drawing', index: firstMaterial + request.index });
  return paintMaterial(weighted(random, shares), random, request.size);
}

/** The same of one chosen kind. */
export function drawMaterialOf(kind: MaterialKind, { seed, index, size }: DrawingRequest): Uint8Array {
  return paintMaterial(kind, new Random({ seed, stream: 'drawing', index: firstMaterial + index }), size);
}

function paintMaterial(kind: MaterialKind, random: Random, size: number): Uint8Array {
  const whole = kind !== 'face' || random.chance(0.45);
  const side = whole ? 1 : random.uniform(0.35, 1.25);
  const slack = 1 - side;
  const view = { left: slack * random.uniform(), top: slack * random.uniform(0.2, 0.8), side };
  const easel = createEasel(new Canvas(size, view), random);
  const material: Material = materials[kind];
  material.paint(easel);
  if (material.natural && random.chance(0.06))
    graphics.paintCaption(easel, [0.4, 0.4, 0.4], random.uniform(0.06, 0.14));
  if (material.natural || random.chance(0.35)) develop(easel.canvas, random, easel.noise);
  return easel.canvas.toBytes();
}

function paintFacePart({ canvas, random }: Easel): void {
  paintPortrait(canvas, sampleFace(random));
}
