/** The presets that ship: files of resources/presets/, checked by the schema. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { studioError } from '../base/errors.ts';
import { problemsOf } from '../base/rpc.ts';
import { withFileErrors } from '../storage/files.ts';
import { presetSchema, runConfigSchema } from './schema.ts';
import type { Preset, RunConfig } from './schema.ts';

/** All presets, in the order of their file names. */
export async function loadPresets(resources: string): Promise<Preset[]> {
  const folder = join(resources, 'presets');
  const names = (await withFileErrors(folder, () => readdir(folder))).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const text = await withFileErrors(path, () => readFile(path, 'utf8'));
      return parseOr(path, () => presetSchema.parse(JSON.parse(text)));
    }),
  );
}

/** A run configuration from a JSON file. Throws `run.badConfig` with every problem. */
export async function loadConfig(path: string): Promise<RunConfig> {
  const text = await withFileErrors(path, () => readFile(path, 'utf8'));
  return parseOr(path, () => runConfigSchema.parse(JSON.parse(text)));
}

function parseOr<T>(source: string, parse: () => T): T {
  try {
    return parse();
  } catch (thrown) {
    throw studioError('run.badConfig', { source, problems: problemsOf(thrown) }, thrown);
  }
}
