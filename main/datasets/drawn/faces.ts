/** Drawn portraits: the sample pictures that a first training run learns from. */
import { Random } from '../../base/random.ts';
import { Canvas } from './canvas.ts';
import { paintBackdrop } from './faces/backdrop.ts';
import { paintBeard, paintMoustache } from './faces/beard.ts';
import { paintClothes, paintClothesBehind } from './faces/clothes.ts';
import { paintAccessory, paintEarrings, paintGlasses } from './faces/extras.ts';
import { paintEyes, paintMouth, paintNose } from './faces/features.ts';
import { paintHairBehind, paintHairFront } from './faces/hair.ts';
import { paintHat } from './faces/hats.ts';
import { paintEars, paintFace, paintNeck } from './faces/head.ts';
import { createScene } from './faces/scene.ts';
import { sampleFace, type Face } from './faces/traits.ts';

export interface DrawingRequest {
  /** The number that names the whole set. */
  readonly seed: number;
  /** Which picture of the set. */
  readonly index: number;
  /** Side of the square picture in pixels. */
  readonly size: number;
}

/**
 * Portrait `index` of set `seed`: RGB bytes, size × size × 3, row-major. The size only changes how finely it is
 * drawn, never who is drawn.
 */
export function drawFace({ seed, index, size }: DrawingRequest): Uint8Array {
  const canvas = new Canvas(size);
  paintPortrait(canvas, sampleFace(new Random({ seed, stream: 'drawing', index })));
  return canvas.toBytes();
}

/** Paints a person from back to front. */
export function paintPortrait(canvas: Canvas, person: Face): void {
  // Under a headscarf no hair shows.
  const face: Face =
    person.hat.kind === 'scarf' || person.hat.kind === 'turban'
      ? { ...person, hair: { ...person.hair, front: 'none', back: 'none' } }
      : person;
  const scene = createScene(canvas, face);
  paintBackdrop(canvas, face);
  paintHairBehind(scene);
  paintClothesBehind(scene);
  paintNeck(scene);
  paintClothes(scene);
  paintEars(scene);
  paintFace(scene);
  paintBeard(scene);
  paintNose(scene);
  paintMouth(scene);
  paintMoustache(scene);
  paintEyes(scene);
  paintHairFront(scene);
  if (face.hat.kind !== 'scarf') paintEarrings(scene);
  paintGlasses(scene);
  paintAccessory(scene);
  paintHat(scene);
}
