/** The verbs of `cauchy vae`. */
import type { Command } from 'commander';
import { askOnTerminal } from './device.ts';
import {
  addVaeCommand,
  checkVaeCommand,
  downloadNames,
  downloadVaeCommand,
  listVaesCommand,
  removeVaeCommand,
} from './vae.ts';
import { addVaeTrainVerb } from './vae-train.ts';
import { count, json, project, withStudio } from './verbs.ts';
import type { Common } from './verbs.ts';

export function addVaeVerbs(program: Command): void {
  const vae = program
    .command('vae')
    .description('autoencoders: which there are, adding, downloading, checking, training them');

  vae
    .command('list')
    .description('those that can be used, and those that can be downloaded')
    .addOption(json())
    .action((o: Common) => withStudio('vae list', o.json === true, listVaesCommand));

  vae
    .command('add')
    .description('copy one into the studio’s own folder, for all projects')
    .argument('<path>', 'a folder as diffusers writes it, or one safetensors file')
    .addOption(json())
    .action((path: string, o: Common) =>
      withStudio('vae add', o.json === true, (context) => addVaeCommand(context, path)),
    );

  vae
    .command('download')
    .description('fetch one and check it')
    .argument('<name>', downloadNames)
    .option('--yes', 'without asking')
    .addOption(json())
    .action((name: string, o: Common & { yes?: boolean }) =>
      withStudio('vae download', o.json === true, (context) => {
        const ask = process.stdin.isTTY ? askOnTerminal : async () => false;
        return downloadVaeCommand(context, name, o.yes ? async () => true : ask);
      }),
    );

  vae
    .command('remove')
    .description('remove one that was added or downloaded')
    .argument('<name>', 'its name')
    .addOption(json())
    .action((name: string, o: Common) =>
      withStudio('vae remove', o.json === true, (context) => removeVaeCommand(context, name)),
    );

  vae
    .command('check')
    .description('how well one gives a project’s pictures back: no model trained on it can look better')
    .addOption(project())
    .requiredOption('--vae <name or path>', 'the autoencoder')
    .option('--most <n>', 'of so many pictures, spread over all, instead of every one', count)
    .addOption(json())
    .action((o: Common & { project: string; vae: string; most?: number }) =>
      withStudio('vae check', o.json === true, (context) => checkVaeCommand(context, o)),
    );

  addVaeTrainVerb(vae);
}
