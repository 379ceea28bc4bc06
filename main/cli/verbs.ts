/** What the terminal's verbs have in common: how numbers are read, shared options, and how a verb runs and ends. */
import { InvalidArgumentError, Option } from 'commander';
import { deviceKindSchema } from '../engine/schema.ts';
import type { CommandContext } from './context.ts';
import { createNodeStudio } from './node-studio.ts';
import { createOutput } from './output.ts';
import type { Output } from './output.ts';

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}
export function natural(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number from 0.');
  return value;
}
export function positive(text: string): number {
  const value = number(text);
  if (value <= 0) throw new InvalidArgumentError('It must be more than 0.');
  return value;
}
export function count(text: string): number {
  const value = natural(text);
  if (value < 1) throw new InvalidArgumentError('It must be at least 1.');
  return value;
}

/** Runs a verb; its failure is printed and becomes the exit code. */
export async function withOutput(json: boolean, run: (output: Output) => Promise<void>): Promise<void> {
  const output = createOutput(json, {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
  });
  try {
    await run(output);
  } catch (thrown) {
    output.fail(thrown);
    process.exitCode = 1;
  }
}

/** Ctrl-C. The second one ends at once; an engine then ends with its parent. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => (controller.signal.aborted ? process.exit(130) : controller.abort()));
  process.on('SIGTERM', () => controller.abort());
  return controller.signal;
}

/** Runs a verb on a fresh application. */
export async function withStudio(
  verb: string,
  json: boolean,
  run: (context: CommandContext) => Promise<boolean | void>,
): Promise<void> {
  const interrupted = interruption();
  await withOutput(json, async (output) => {
    const studio = await createNodeStudio(`cauchy ${verb}`);
    studio.subscribe((event, payload) => {
      if (event === 'job') output.job(payload as Parameters<typeof output.job>[0]);
    });
    try {
      if ((await run({ studio, output, interrupted })) === false) process.exitCode = 1;
    } finally {
      await studio.close();
    }
  });
}

export interface Common {
  readonly json?: boolean;
}
export const json = () => new Option('--json', 'one JSON object a line on stdout, the last one the result');
export const project = () => new Option('--project <folder>', 'the project’s folder').makeOptionMandatory();

export const onDevice = () =>
  new Option('--device <kind>', 'train on this one, for this command only').choices([
    'auto',
    ...deviceKindSchema.options,
  ]);
