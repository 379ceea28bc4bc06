/** Where an experiment keeps what. */
import { join } from 'node:path';
import { readJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';
import { experimentSchema, runResultSchema } from './schema.ts';
import type { Experiment, RunResult } from './schema.ts';

export const resultFormat: JsonFormat<RunResult> = { version: 1, schema: runResultSchema };
export const experimentFormat: JsonFormat<Experiment> = { version: 1, schema: experimentSchema };

export const experimentFile = (out: string): string => join(out, 'experiment.json');
export const projectFolder = (out: string): string => join(out, 'headline.cauchy');
const runName = (variant: string, seed: number): string => `${variant}-${seed}`;
export const resultFile = (out: string, variant: string, seed: number): string =>
  join(out, 'runs', `${runName(variant, seed)}.json`);
export const requestFile = (out: string, variant: string, seed: number): string =>
  join(out, 'runs', `${runName(variant, seed)}.request.json`);
export const sheetFile = (out: string, variant: string, seed: number, nfe: 1 | 2): string =>
  join(out, 'pictures', `${runName(variant, seed)}-${nfe}-nfe.png`);

/** The result of a run; undefined while there is none. */
export const readResult = (out: string, variant: string, seed: number): Promise<RunResult | undefined> =>
  readJson(resultFile(out, variant, seed), resultFormat);
