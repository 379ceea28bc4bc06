/** Where a dataset lies in its project's folder, and how its settings are stored. */
import { join } from 'node:path';
import type { JsonFormat } from '../storage/json.ts';
import { pictureSettingsSchema } from './schema.ts';
import type { PictureSettings } from './schema.ts';

export const manifestPath = (project: string): string => join(project, 'dataset', 'manifest.jsonl');
export const settingsPath = (project: string): string => join(project, 'dataset', 'settings.json');
export const imagesFolder = (project: string): string => join(project, 'dataset', 'images');

/** The shaped copy of a picture, relative to the project, with `/` on every system. */
export const imageFile = (id: string): string => `dataset/images/${id}.png`;

export const settingsFormat: JsonFormat<PictureSettings> = { version: 1, schema: pictureSettingsSchema };
