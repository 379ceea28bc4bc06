/** The verbs of `cauchy pictures`: what is done about pictures, reversibly. */
import { resolve } from 'node:path';
import { studioError } from '../base/errors.ts';
import type { AdjustedCounts, Operation, OperationList } from '../datasets/operations/schema.ts';
import type { LatentPreview, PreviewSide } from '../latents/preview/schema.ts';
import { nobody } from './context.ts';
import type { CommandContext } from './context.ts';

/** Pictures that the studio is asked for at once. */
const pageSize = 500;

/** Ids of pictures that are named by id, or by path as they were imported. Throws `dataset.unknownPictures`. */
export async function idsOf({ studio }: CommandContext, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const ids = new Map<string, string>();
  const page = (offset: number) => studio.handlers['pictures.page']({ show: 'used', offset, limit: pageSize }, nobody);
  for (let offset = 0, total = 1; offset < total; offset += pageSize) {
    const { rows, total: all } = await page(offset);
    total = all;
    for (const row of rows) if (row.kind === 'used') for (const name of [row.id, row.source]) ids.set(name, row.id);
  }
  const idOf = (name: string) => ids.get(name) ?? ids.get(resolve(name));
  const unknown = names.filter((name) => idOf(name) === undefined);
  if (unknown.length > 0) throw studioError('dataset.unknownPictures', { pictures: unknown });
  return names.map((name) => idOf(name)!);
}

type Beyond = Pick<PreviewSide, 'beyondInner' | 'beyondOuter'>;

const nothingDone: AdjustedCounts = { leftOut: 0, weighed: 0, reframed: 0, clipped: 0 };

/** Opens the project, does `act`, and shows the operations there are by then. */
async function withOperations(
  context: CommandContext,
  project: string,
  act: () => Promise<OperationList>,
): Promise<void> {
  const { studio, output } = context;
  await studio.session.openProject(project);
  const { operations, adjustments } = await act();
  const summary = await studio.handlers['project.current']({}, nobody);
  const counts = { used: summary?.pictures.used ?? 0, ...(summary?.adjusted ?? nothingDone) };
  const rows = operations.map(({ row, words, inForce }) => ({ ...row, words, inForce }));
  output.result({ project, operations: rows, adjustments, pictures: counts }, describeOperations(operations, counts));
}

export const listOperationsCommand = (context: CommandContext, project: string): Promise<void> =>
  withOperations(context, project, async () => context.studio.handlers['dataset.operations']({}, nobody));

export const undoCommand = (context: CommandContext, project: string, id: number): Promise<void> =>
  withOperations(context, project, async () => context.studio.handlers['dataset.undo']({ id }, nobody));

/** `operationOf` makes the operation of the ids of the pictures named; with `preview` it is only said what it would do. */
export const operateCommand = (
  context: CommandContext,
  project: string,
  names: readonly string[],
  operationOf: (pictures: string[]) => Operation,
  preview: boolean,
): Promise<void> =>
  preview
    ? previewCommand(context, project, names, operationOf)
    : withOperations(context, project, async () => {
        const operation = operationOf(await idsOf(context, names));
        return context.studio.handlers['dataset.operate']({ operation }, nobody);
      });

async function previewCommand(
  context: CommandContext,
  project: string,
  names: readonly string[],
  operationOf: (pictures: string[]) => Operation,
): Promise<void> {
  const { studio, output, interrupted } = context;
  await studio.session.openProject(project);
  const operation = operationOf(await idsOf(context, names));
  const preview = await studio.handlers['latents.preview']({ operation }, { ...nobody, signal: interrupted });
  output.result({ project, ...preview }, describePreview(preview));
}

const count = (value: number): string => value.toLocaleString('en');

/** `12 → 3`, right-aligned. */
const change = (before: number, after: number): string => `${count(before)} → ${count(after)}`.padStart(22);

export function describePreview({ before, after }: LatentPreview): string {
  const row = (name: string, a: Beyond, b: Beyond) =>
    `${name.padStart(7)}${change(a.beyondInner, b.beyondInner)}${change(a.beyondOuter, b.beyondOuter)}`;
  const { clipped, unencoded } = after;
  return [
    `Nothing was done yet. Pictures to train on: ${count(before.pictures)} → ${count(after.pictures)}.`,
    'channel   beyond inner fences   beyond outer fences',
    ...after.channels.map((channel, i) => row(String(channel.channel), before.channels[i]!, channel)),
    row('all', before, after),
    ...(clipped ? [`${count(clipped.values)} values of ${count(clipped.pictures)} pictures would be clipped.`] : []),
    ...(unencoded > 0 ? [`${count(unencoded)} pictures are not encoded yet and are missing here.`] : []),
  ].join('\n');
}

export function describeOperations(
  operations: OperationList['operations'],
  { used, leftOut, weighed, reframed, clipped }: AdjustedCounts & { readonly used: number },
): string {
  const rows = operations.map(
    ({ row: { id, at }, words, inForce }) =>
      `${String(id).padStart(4)}  ${at.slice(0, 16).replace('T', ' ')}  ${words}${inForce ? '' : ' (undone)'}`,
  );
  return [
    ...(rows.length === 0 ? ['Nothing was done about pictures yet.'] : rows),
    `${used} pictures are in use, of which ${leftOut} are left out, ${reframed} are framed anew, ${weighed} count less, and ${clipped} are clipped.`,
  ].join('\n');
}
