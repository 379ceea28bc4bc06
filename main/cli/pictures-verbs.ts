/** What `cauchy pictures` understands. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Operation } from '../datasets/operations/schema.ts';
import { listOperationsCommand, operateCommand, undoCommand } from './pictures.ts';
import { count, json, positive, project, withStudio } from './verbs.ts';
import type { Common } from './verbs.ts';

/** `--project` and `--json` may stand before or after the verb. */
type Shared = Common & { project: string };

function weight(text: string): number {
  const value = positive(text);
  if (value > 1) throw new InvalidArgumentError('It must be at most 1.');
  return value;
}

export function addPictureVerbs(program: Command): void {
  const pictures = program
    .command('pictures')
    .description('what to do about single pictures; it can be undone, and your own files are never changed')
    .addOption(project())
    .addOption(json());
  const sharedBy = (verb: Command) => verb.optsWithGlobals<Shared>();

  /** A verb about pictures, which are named by path or id. */
  const verb = (name: string, description: string, operationOf: (ids: string[]) => Operation) =>
    pictures
      .command(name)
      .description(description)
      .argument('<pictures...>', 'paths, as they were imported, or ids')
      .action((names: string[], _: object, self: Command) => {
        const shared = sharedBy(self);
        return withStudio(`pictures ${name}`, shared.json === true, (context) =>
          operateCommand(context, shared.project, names, operationOf),
        );
      });

  verb('leave-out', 'neither encode these nor train on them', (ids) => ({ kind: 'leaveOut', pictures: ids }));
  verb('put-back', 'use these again, which were left out', (ids) => ({ kind: 'putBack', pictures: ids }));

  pictures
    .command('weigh')
    .description('let these count less in training')
    .argument('<pictures...>', 'paths, as they were imported, or ids')
    .requiredOption('--weight <w>', 'from more than 0 to 1: how much they count; 1 is as before', weight)
    .action((names: string[], { weight: value }: { weight: number }, self: Command) => {
      const shared = sharedBy(self);
      return withStudio('pictures weigh', shared.json === true, (context) =>
        operateCommand(context, shared.project, names, (ids) => ({ kind: 'weigh', pictures: ids, weight: value })),
      );
    });

  pictures
    .command('operations')
    .description('what was done, and what is undone')
    .action((_: object, self: Command) => {
      const shared = sharedBy(self);
      return withStudio('pictures operations', shared.json === true, (context) =>
        listOperationsCommand(context, shared.project),
      );
    });

  pictures
    .command('undo')
    .description('take one operation back, whichever; undoing that again does it again')
    .argument('<id>', 'its number on the list of operations', count)
    .action((id: number, _: object, self: Command) => {
      const shared = sharedBy(self);
      return withStudio('pictures undo', shared.json === true, (context) => undoCommand(context, shared.project, id));
    });
}
