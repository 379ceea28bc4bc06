/** What `cauchy pictures` understands. */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Operation } from '../datasets/operations/schema.ts';
import { colourSchema, leastSquare } from '../datasets/schema.ts';
import { listOperationsCommand, operateCommand, undoCommand } from './pictures.ts';
import { count, json, natural, positive, project, withStudio } from './verbs.ts';
import type { Common } from './verbs.ts';

/** `--project` and `--json` may stand before or after the verb. */
type Shared = Common & { project: string };
/** Of an operation. */
type Previewed = { preview?: boolean };

function weight(text: string): number {
  const value = positive(text);
  if (value > 1) throw new InvalidArgumentError('It must be at most 1.');
  return value;
}
function side(text: string): number {
  const value = natural(text);
  if (value < leastSquare) throw new InvalidArgumentError(`It must be at least ${leastSquare}.`);
  return value;
}
const bound = (text: string): number | null => (text === 'none' ? null : positive(text));
function colour(text: string): string {
  if (!colourSchema.safeParse(text).success) throw new InvalidArgumentError('It must be a colour like #1a2b3c.');
  return text;
}
const needed = (flags: string, description: string, parse: (text: string) => unknown) =>
  new Option(flags, description).argParser(parse).makeOptionMandatory();

export function addPictureVerbs(program: Command): void {
  const pictures = program
    .command('pictures')
    .description('what to do about single pictures; it can be undone, and your own files are never changed')
    .addOption(project())
    .addOption(json());

  /** A verb of the whole log. */
  const verb = (name: string, description: string) => pictures.command(name).description(description);
  /** An operation on pictures, which are named by path or id; `operationOf` makes it of their ids and the verb's options. */
  function operation<O extends object>(
    name: string,
    description: string,
    options: readonly Option[],
    operationOf: (ids: string[], options: O) => Operation,
    pictureNames = '<pictures...>',
  ): void {
    const command = verb(name, description).argument(pictureNames, 'paths, as they were imported, or ids');
    for (const option of options) command.addOption(option);
    command.option('--preview', 'only say what it would do to the latents');
    command.action((names: string[], _: object, self: Command) => {
      const { json: asJson, project: folder, preview, ...own } = self.optsWithGlobals<Shared & O & Previewed>();
      return withStudio(`pictures ${name}`, asJson === true, (context) =>
        operateCommand(context, folder, names, (ids) => operationOf(ids, own as unknown as O), preview === true),
      );
    });
  }

  operation('leave-out', 'neither encode these nor train on them', [], (ids) => ({ kind: 'leaveOut', pictures: ids }));
  operation('put-back', 'use these again, which were left out', [], (ids) => ({ kind: 'putBack', pictures: ids }));
  operation(
    'weigh',
    'let these count less in training',
    [needed('--weight <w>', 'from more than 0 to 1: how much they count; 1 is as before', weight)],
    (ids, o: { weight: number }) => ({ kind: 'weigh', pictures: ids, weight: o.weight }),
  );
  operation(
    'clip',
    'in training, keep values of the latents of these, or of all pictures, within so many robust deviations',
    [needed('--k <k>', 'robust deviations (1.4826 MAD) from the median of each channel, or none', bound)],
    (ids, { k }: { k: number | null }) => ({ kind: 'clip', k, ...(ids.length === 0 ? {} : { pictures: ids }) }),
    '[pictures...]',
  );
  operation(
    'recrop',
    'show another square of these',
    [
      needed('--x <pixels>', 'its left edge, in pixels of the picture', natural),
      needed('--y <pixels>', 'its upper edge', natural),
      needed('--side <pixels>', `its side, ${leastSquare} or more`, side),
    ],
    (ids, { x, y, side }: { x: number; y: number; side: number }) => ({
      kind: 'recrop',
      pictures: ids,
      square: { x, y, side },
    }),
  );
  operation(
    'pad',
    'show these whole, with a colour beside them',
    [needed('--background <colour>', '#rrggbb', colour)],
    (ids, { background }: { background: string }) => ({ kind: 'pad', pictures: ids, background }),
  );

  verb('operations', 'what was done, and what is undone').action((_: object, self: Command) => {
    const { json: asJson, project: folder } = self.optsWithGlobals<Shared>();
    return withStudio('pictures operations', asJson === true, (context) => listOperationsCommand(context, folder));
  });
  verb('undo', 'take one operation back, whichever; undoing that again does it again')
    .argument('<id>', 'its number on the list of operations', count)
    .action((id: number, _: object, self: Command) => {
      const { json: asJson, project: folder } = self.optsWithGlobals<Shared>();
      return withStudio('pictures undo', asJson === true, (context) => undoCommand(context, folder, id));
    });
}
