/** The verbs of `cauchy vae`. */
import type { Command } from 'commander';
import { addVaeTrainVerb } from './vae-train.ts';

export function addVaeVerbs(program: Command): void {
  const vae = program.command('vae').description('autoencoders: training one’s own');
  addVaeTrainVerb(vae);
}
