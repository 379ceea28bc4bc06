/** Reading, changing and checking a run's settings. */
import { runConfigSchema } from '../../api/studio.ts';
import type { RunConfig } from '../../api/studio.ts';
import { count, formatPlain } from '../../text/format.ts';
import { averagesText } from './averages-text.ts';
import { configFields } from './config-fields.ts';
import type { ConfigField } from './config-field.ts';

type Tree = Readonly<Record<string, unknown>>;

/** The value at a path; undefined where there is none. */
export function valueAt(config: RunConfig, path: string): unknown {
  let value: unknown = config;
  for (const key of path.split('.')) value = (value as Tree | undefined)?.[key];
  return value;
}

/** A copy with another value at a path. A choice that brings settings of its own replaces its whole branch. */
export function withValue(config: RunConfig, field: ConfigField, value: unknown): RunConfig {
  const keys = field.path.split('.');
  if (field.kind === 'choice' && field.whole) {
    return replaced(config, keys.slice(0, -1), field.whole(value as string | number, config)) as RunConfig;
  }
  // The schema judges the result before anything is done with it.
  return replaced(config, keys, value) as RunConfig;
}

function replaced(tree: unknown, keys: readonly string[], value: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  return { ...(tree as Tree), [key]: replaced((tree as Tree)[key], rest, value) };
}

/** A copy with a setting, and what belongs to it, as a preset has it. */
export function restored(config: RunConfig, preset: RunConfig, field: ConfigField): RunConfig {
  const keys = field.path.split('.');
  const branch = field.kind === 'choice' && field.whole ? keys.slice(0, -1) : keys;
  return replaced(config, branch, valueAt(preset, branch.join('.'))) as RunConfig;
}

export interface Problem {
  readonly path: string;
  readonly text: string;
}

interface Issue {
  readonly code?: string;
  readonly origin?: unknown;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly inclusive?: unknown;
  readonly divisor?: unknown;
  readonly expected?: unknown;
}

/** A schema's refusal in plain words. */
export function issueWords(issue: Issue): string {
  if (issue.origin === 'array')
    return issue.code === 'too_small'
      ? `Enter at least ${count(Number(issue.minimum), 'number')}.`
      : `Enter at most ${count(Number(issue.maximum), 'number')}.`;
  if (issue.code === 'too_small')
    return issue.inclusive === false
      ? `Enter a number above ${formatPlain(Number(issue.minimum))}.`
      : `Enter ${formatPlain(Number(issue.minimum))} or more.`;
  if (issue.code === 'too_big')
    return issue.inclusive === false
      ? `Enter a number below ${formatPlain(Number(issue.maximum))}.`
      : `Enter ${formatPlain(Number(issue.maximum))} or less.`;
  if (issue.code === 'invalid_type') return issue.expected === 'int' ? 'Enter a whole number.' : 'Enter a number.';
  if (issue.code === 'not_multiple_of') return `Enter a multiple of ${formatPlain(Number(issue.divisor))}.`;
  if (issue.code === 'invalid_union' || issue.code === 'invalid_value') return 'Choose one of the values.';
  return issue.message;
}

/**
 * Every problem of a configuration, in the order of the screen, before anything is started. The first problem of each
 * setting is enough.
 * @param latentShape channels, height, width of the latents, when they are known
 */
export function problemsOfConfig(config: RunConfig, latentShape?: readonly [number, number, number]): Problem[] {
  const found = new Map<string, string>();
  const parsed = runConfigSchema.safeParse(config);
  for (const issue of parsed.error?.issues ?? []) {
    // A problem of one number of a list is shown at the list.
    const inList = issue.path.findIndex((key) => typeof key === 'number');
    const path = (inList < 0 ? issue.path : issue.path.slice(0, inList)).map(String).join('.');
    if (!found.has(path)) found.set(path, issueWords(issue));
  }
  // A value that is wrong alone says nothing about a combination.
  for (const { path, with: others, text } of combinationProblems(config, latentShape))
    if (![path, ...others].some((part) => found.has(part))) found.set(path, text);
  const order = new Map(configFields.map(({ path }, i) => [path, i]));
  return [...found]
    .map(([path, text]) => ({ path, text }))
    .sort((a, b) => (order.get(a.path) ?? Infinity) - (order.get(b.path) ?? Infinity));
}

/** A problem of several values together, shown at one of them. */
interface Combination extends Problem {
  /** The other settings it is about. */
  readonly with: readonly string[];
}

/** Values that are fine alone and not together. */
function combinationProblems(
  { network, objective }: RunConfig,
  latentShape?: readonly [number, number, number],
): Combination[] {
  const problems: Combination[] = [];
  if (network.kind === 'dit' && network.width % network.heads !== 0)
    problems.push({
      path: 'network.heads',
      with: ['network.width'],
      text: `The width, ${network.width}, can not be shared evenly by ${network.heads} heads.`,
    });
  if (network.kind === 'unet' && network.width % network.headChannels !== 0)
    problems.push({
      path: 'network.width',
      with: ['network.headChannels'],
      text: `Enter a multiple of ${network.headChannels}, the channels of an attention head.`,
    });
  if ('noise' in objective && 'sigmaMin' in objective.noise && objective.noise.sigmaMax <= objective.noise.sigmaMin)
    problems.push({
      path: 'objective.noise.sigmaMax',
      with: ['objective.noise.sigmaMin'],
      text: 'Enter more than the least noise.',
    });
  if (objective.kind === 'consistency' && objective.curriculum.s1 < objective.curriculum.s0)
    problems.push({
      path: 'objective.curriculum.s1',
      with: ['objective.curriculum.s0'],
      text: 'Enter at least as many levels as at the start.',
    });
  const cell = network.kind === 'dit' ? network.patch : 2 ** (network.multipliers.length - 1);
  if (latentShape && (latentShape[1] % cell !== 0 || latentShape[2] % cell !== 0))
    problems.push({
      path: network.kind === 'dit' ? 'network.patch' : 'network.multipliers',
      with: [],
      text:
        network.kind === 'dit'
          ? `Latents of ${latentShape[1]} × ${latentShape[2]} can not be divided into cells of ${cell}.`
          : `Latents of ${latentShape[1]} × ${latentShape[2]} can not be halved ${count(network.multipliers.length - 1, 'time')}; enter fewer levels.`,
    });
  return problems;
}

/** The numbers of a text like `1, 2, 4`; NaN for what is no number, so that the schema refuses it. */
export const parseList = (text: string): number[] =>
  text
    .split(/[,;\s]+/)
    .filter((part) => part !== '')
    .map(Number);

/** Settings that differ from what a preset has. */
export function changedPaths(config: RunConfig, preset: RunConfig): ReadonlySet<string> {
  const isSame = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);
  return new Set(
    configFields.map(({ path }) => path).filter((path) => !isSame(valueAt(config, path), valueAt(preset, path))),
  );
}

/** A value as a person reads it: `10`, `on`, `By likeness`. */
export function valueWords(field: ConfigField, value: unknown): string {
  if (field.kind === 'switch') return value === true ? 'on' : 'off';
  if (field.kind === 'averages') return averagesText(value as RunConfig['averages']);
  if (field.kind === 'optional' && value === null) return 'off';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (typeof value !== 'number' && typeof value !== 'string') return 'not set';
  if (field.kind === 'choice') return field.options.find((option) => option.value === value)?.label ?? String(value);
  return typeof value === 'number' ? formatPlain(value, 6) : value;
}
