/** Where a dataset lies in its project's folder, and how its settings are stored. */
import { join } from 'node:path';
import type { JsonFormat } from '../storage/json.ts';
import { pictureSettingsSchema } from './schema.ts';
import type { PictureSettings } from './schema.ts';

export const manifestPath = (project: string): string => join(project, 'dataset', 'manifest.jsonl');
export const settingsPath = (project: string): string => join(project, 'dataset', 'settings.json');
export const imagesFolder = (project: string): string => join(project, 'dataset', 'images');

/** A shaped copy by its name, the id of its picture, relative to the project, with `/` on every system. */
export const imageFile = (name: string): string => `dataset/images/${name}.png`;

export const settingsFormat: JsonFormat<PictureSettings> = { version: 1, schema: pictureSettingsSchema };
