/** Pictures that show something else than the import took of them: which file holds that, and how it is made. */
import { createHash } from 'node:crypto';
import { imageFile } from '../layout.ts';
import type { DecodeRequest } from '../protocol.ts';
import type { PictureSettings, UsedPicture } from '../schema.ts';
import type { Adjustments, Framing } from './schema.ts';

/** Names a framing: 8 hex digits that are the same for the same framing. */
export function framingKey(framing: Framing): string {
  const inputs =
    framing.kind === 'square'
      ? ['square', framing.square.x, framing.square.y, framing.square.side]
      : ['whole', framing.background];
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 8);
}

/** A picture and what it shows in one name: its id alone where that is what the import took. */
export const framedName = (id: string, framing: Framing | undefined): string =>
  framing ? `${id}-${framingKey(framing)}` : id;

/** The picture with the shaped copy that shows what it is to show. */
export function withFraming(picture: UsedPicture, { framings }: Pick<Adjustments, 'framings'>): UsedPicture {
  const framing = framings[picture.id];
  return framing ? { ...picture, file: imageFile(framedName(picture.id, framing)) } : picture;
}

/** The names of the framings of these pictures, by id. */
export const framingKeys = (
  pictures: readonly Pick<UsedPicture, 'id'>[],
  { framings }: Pick<Adjustments, 'framings'>,
): Record<string, string> =>
  Object.fromEntries(pictures.flatMap(({ id }) => (framings[id] ? [[id, framingKey(framings[id])]] : [])));

/** How a source is decoded to show that. */
export const decodingOf = (
  framing: Framing,
  settings: PictureSettings,
): Pick<DecodeRequest, 'settings'> & { square?: NonNullable<DecodeRequest['square']> } =>
  framing.kind === 'square'
    ? { settings: { ...settings, framing: 'crop' }, square: framing.square }
    : { settings: { ...settings, framing: 'fit', background: framing.background } };
