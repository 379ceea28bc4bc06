/** `cauchy sample` and `cauchy grid`: the options that say how pictures are made, and the two verbs. */
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { studioError } from '../base/errors.ts';
import { plainRequest } from '../generation/schema.ts';
import type { SamplingRequest } from '../generation/schema.ts';
import type { RunRecord } from '../runs/schema.ts';
import { withFileErrors } from '../storage/files.ts';
import { finish } from './context.ts';
import type { CommandContext } from './context.ts';

export interface SamplingOptions {
  readonly nfe?: number | undefined;
  readonly indices?: readonly number[] | undefined;
  readonly levels?: number | undefined;
  readonly sigmas?: readonly number[] | undefined;
  readonly ema: number;
  readonly class?: string | undefined;
  readonly guidance: number;
}

export interface SampleOptions extends SamplingOptions {
  readonly project: string;
  readonly run: string;
  readonly seed: number;
}

/** The paper's grid of noise levels. */
const defaultLevels = 641;

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}
const numbers = (text: string): number[] => text.split(',').map(number);

/** Adds what both verbs know of sampling. */
export const withSampling = (command: Command): Command =>
  command
    .addOption(new Option('--nfe <n>', 'sampling steps, 1 to 64').argParser(number).conflicts(['indices', 'sigmas']))
    .addOption(
      new Option('--indices <list>', 'the steps as indices of a grid of noise levels, as 0,420')
        .argParser(numbers)
        .conflicts('sigmas'),
    )
    .addOption(new Option('--levels <n>', `how many levels that grid has (${defaultLevels})`).argParser(number))
    .addOption(new Option('--sigmas <list>', 'the steps as noise levels, as 80,0.5').argParser(numbers))
    .option('--ema <index>', 'which of the run’s averages of the weights', number, 0)
    .option('--class <name>', 'pictures of this class')
    .option('--guidance <s>', 'how strongly they are pushed towards it; 1 is not at all', number, 1);

function stepsOf({ nfe, indices, levels, sigmas }: SamplingOptions): SamplingRequest['steps'] {
  if (levels !== undefined && indices === undefined) {
    const enter = 'the indices, too, as “--indices 0,420”';
    throw studioError('sample.badSteps', { problem: `a grid of ${levels} levels says nothing without indices`, enter });
  }
  if (indices !== undefined) return { kind: 'indices', levels: levels ?? defaultLevels, indices: [...indices] };
  if (sigmas !== undefined) return { kind: 'sigmas', sigmas: [...sigmas] };
  return plainRequest(nfe ?? 1).steps;
}

/** The request of these options to this run. Throws `sample.unknownClass` and `sample.badSteps`. */
export function samplingRequest({ plan }: Pick<RunRecord, 'plan'>, options: SamplingOptions): SamplingRequest {
  const known = (plan.classes ?? []).map(({ name }) => name);
  const wanted = options.class?.normalize('NFC');
  const label = wanted === undefined ? null : known.indexOf(wanted);
  if (wanted !== undefined && label === -1) throw studioError('sample.unknownClass', { wanted, known });
  return { steps: stepsOf(options), average: options.ema, class: label, guidance: options.guidance };
}

const seedsFrom = (seed: number, count: number): number[] => Array.from({ length: count }, (_, i) => seed + i);

async function requestOf({ studio }: CommandContext, options: SampleOptions): Promise<SamplingRequest> {
  const { runs } = await studio.session.openProject(options.project);
  const run = runs.find(({ id }) => id === options.run);
  if (!run) throw studioError('run.unknown', { run: options.run, known: runs.map(({ id }) => id) });
  return samplingRequest(run, options);
}

/** What a script is told of the request. */
const asked = ({ class: name, guidance }: SamplingOptions) => ({ class: name ?? null, guidance });

export async function sampleCommand(
  context: CommandContext,
  options: SampleOptions & { readonly count: number; readonly out: string },
): Promise<void> {
  const { studio, output } = context;
  const folder = resolve(options.out);
  const sampling = await requestOf(context, options);
  await withFileErrors(folder, () => mkdir(folder, { recursive: true }));
  const target = { kind: 'folder', path: folder } as const;
  const { files, step, nfe } = await finish(
    context,
    studio.work.generate({ run: options.run, sampling, seeds: seedsFrom(options.seed, options.count), target }),
  );
  output.result(
    { run: options.run, step, nfe, ...asked(options), count: files.length, files },
    `${files.length} pictures are in ${folder}.`,
  );
}

export async function gridCommand(
  context: CommandContext,
  options: SampleOptions & { readonly rows: number; readonly columns: number; readonly out: string },
): Promise<void> {
  const { output } = context;
  const grid = await makeGrid(context, { ...options, sampling: await requestOf(context, options) });
  output.result(
    { run: options.run, ...grid, ...asked(options) },
    `${grid.file} is a grid of ${options.rows} × ${options.columns} pictures, ${grid.width} × ${grid.height} pixels.`,
  );
}

export interface GridOptions {
  readonly run: string;
  readonly sampling: SamplingRequest;
  readonly seed: number;
  readonly rows: number;
  readonly columns: number;
  readonly out: string;
}

export async function makeGrid(context: CommandContext, options: GridOptions) {
  const path = resolve(options.out);
  await withFileErrors(path, () => mkdir(dirname(path), { recursive: true }));
  const target = { kind: 'grid', path, columns: options.columns, margin: 0 } as const;
  const seeds = seedsFrom(options.seed, options.rows * options.columns);
  const { run, sampling } = options;
  const { grid, step, nfe } = await finish(context, context.studio.work.generate({ run, sampling, seeds, target }));
  return { file: path, step, nfe, ...grid! };
}
