/** Reading, changing and checking settings: a run's, and of whatever else is set up the same way. */
import { runConfigSchema } from '../../api/studio.ts';
import type { RunConfig } from '../../api/studio.ts';
import { count, formatPlain } from '../../text/format.ts';
import { configFields } from './config-fields.ts';
import type { ConfigField } from './config-field.ts';
import { combinationProblems } from './config-combinations.ts';
import type { Problem, Surroundings } from './config-combinations.ts';

type Tree = Readonly<Record<string, unknown>>;

/** The value at a path; undefined where there is none. */
export function valueAt(config: object, path: string): unknown {
  let value: unknown = config;
  for (const key of path.split('.')) value = (value as Tree | undefined)?.[key];
  return value;
}

/** A copy with another value at a path. A choice that brings settings of its own replaces its whole branch. */
export function withValue<Config extends object>(config: Config, field: ConfigField<Config>, value: unknown): Config {
  const keys = field.path.split('.');
  if (field.kind === 'choice' && field.whole) {
    return replaced(config, keys.slice(0, -1), field.whole(value as string | number, config)) as Config;
  }
  // The schema judges the result before anything is done with it.
  return replaced(config, keys, value) as Config;
}

function replaced(tree: unknown, keys: readonly string[], value: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  return { ...(tree as Tree), [key]: replaced((tree as Tree)[key], rest, value) };
}

/** A copy with a setting, and what belongs to it, as a preset has it. */
export function restored<Config extends object>(config: Config, preset: Config, field: ConfigField<Config>): Config {
  const keys = field.path.split('.');
  const branch = field.kind === 'choice' && field.whole ? keys.slice(0, -1) : keys;
  return replaced(config, branch, valueAt(preset, branch.join('.'))) as Config;
}

export type { Problem };

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
  /** What each side of a union found. */
  readonly errors?: readonly (readonly Issue[])[];
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
  // “auto” or a number: what is wrong with the number says more.
  const inside = issue.errors?.flat().find(({ code }) => code !== 'invalid_value');
  if (inside) return issueWords(inside);
  if (issue.code === 'invalid_union' || issue.code === 'invalid_value') return 'Choose one of the values.';
  return issue.message;
}

/** What a schema refuses, in plain words by path. The first problem of each setting is enough. */
function refusals(issues: readonly Issue[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const issue of issues) {
    // A problem of one number of a list is shown at the list.
    const inList = issue.path.findIndex((key) => typeof key === 'number');
    const path = (inList < 0 ? issue.path : issue.path.slice(0, inList)).map(String).join('.');
    if (!found.has(path)) found.set(path, issueWords(issue));
  }
  return found;
}

function inOrder(found: ReadonlyMap<string, string>, fields: readonly { readonly path: string }[]): Problem[] {
  const order = new Map(fields.map(({ path }, i) => [path, i]));
  return [...found]
    .map(([path, text]) => ({ path, text }))
    .sort((a, b) => (order.get(a.path) ?? Infinity) - (order.get(b.path) ?? Infinity));
}

/** What a schema has against these settings, in the order of the fields. */
export const problemsOf = (
  schema: { safeParse(value: unknown): { readonly error?: { readonly issues: readonly Issue[] } | undefined } },
  settings: unknown,
  fields: readonly { readonly path: string }[],
): Problem[] => inOrder(refusals(schema.safeParse(settings).error?.issues ?? []), fields);

/** Every problem of a run's configuration, in the order of the screen, before anything is started. */
export function problemsOfConfig(config: RunConfig, around: Surroundings = {}): Problem[] {
  const found = refusals(runConfigSchema.safeParse(config).error?.issues ?? []);
  // A value that is wrong alone says nothing about a combination.
  for (const { path, with: others, text } of combinationProblems(config, around))
    if (![path, ...others].some((part) => found.has(part))) found.set(path, text);
  return inOrder(found, configFields);
}

/** Settings that differ from what a preset has. */
export function changedPaths(
  config: object,
  preset: object,
  fields: readonly { readonly path: string }[] = configFields,
): ReadonlySet<string> {
  const isSame = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);
  return new Set(
    fields.map(({ path }) => path).filter((path) => !isSame(valueAt(config, path), valueAt(preset, path))),
  );
}

/** A value as a person reads it: `10`, `on`, `By likeness`. */
export function valueWords<Config>(field: ConfigField<Config>, value: unknown): string {
  if (field.kind === 'switch') return value === true ? 'on' : 'off';
  if (field.kind === 'text' && Array.isArray(value)) return field.text(value as never) || 'none';
  if (field.kind === 'optional' && value === field.empty.value) return field.empty.label;
  if (field.kind === 'run') return value === null ? 'random weights' : `run ${(value as { readonly run: string }).run}`;
  if (typeof value !== 'number' && typeof value !== 'string') return 'not set';
  if (field.kind === 'choice') return field.options.find((option) => option.value === value)?.label ?? String(value);
  return typeof value === 'number' ? formatPlain(value, 6) : value;
}
