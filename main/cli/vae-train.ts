/** `cauchy vae train`: trains a VAE on a project's own pictures. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { formatDuration } from '../base/duration.ts';
import { studioError } from '../base/errors.ts';
import { problemsOf } from '../base/rpc.ts';
import type { DeviceChoice } from '../engine/schema.ts';
import { withFileErrors } from '../storage/files.ts';
import { vaeTrainingConfigSchema } from '../vae/training-schema.ts';
import type { VaeRunRecord, VaeTrainingConfig } from '../vae/training-schema.ts';
import { chooseDevice, trainedOn } from './commands.ts';
import { finish } from './context.ts';
import type { CommandContext } from './context.ts';
import { count, json, natural, onDevice, positive, project, withStudio } from './verbs.ts';
import type { Common } from './verbs.ts';

interface VaeTrainOptions {
  readonly project: string;
  readonly config?: string;
  readonly minutes?: number;
  readonly steps?: number;
  readonly reduction?: string;
  readonly channels?: number;
  readonly seed?: number;
  readonly name?: string;
  readonly device?: DeviceChoice;
  readonly resume?: string;
}

export function addVaeTrainVerb(vae: Command): void {
  vae
    .command('train')
    .description('train one on the project’s pictures')
    .addOption(project())
    .option('--config <file>', 'settings as JSON')
    .addOption(new Option('--minutes <m>', 'train for so long').argParser(positive).conflicts('steps'))
    .option('--steps <k>', 'train so many steps', count)
    .addOption(new Option('--reduction <r>', 'pixels a latent cell covers in each direction').choices(['4', '8']))
    .option('--channels <n>', 'numbers a latent cell has, 4 to 16', count)
    .option('--seed <n>', 'seed of the run', natural)
    .option('--name <text>', 'what it is called')
    .option('--resume <run>', 'go on with a run from its last checkpoint')
    .addOption(onDevice())
    .addOption(json())
    .action((o: Common & VaeTrainOptions) =>
      withStudio('vae train', o.json === true, (context) => vaeTrainCommand(context, o)),
    );
}

/** The settings of a file, or the defaults, with those of the command line in their place. Throws `run.badConfig`. */
export async function vaeConfigOf(options: Omit<VaeTrainOptions, 'project'>): Promise<VaeTrainingConfig> {
  const { config, minutes, steps, reduction, channels, seed } = options;
  const path = config === undefined ? undefined : resolve(config);
  const text = path === undefined ? '{}' : await withFileErrors(path, () => readFile(path, 'utf8'));
  try {
    return vaeTrainingConfigSchema.parse({
      ...vaeTrainingConfigSchema.parse(JSON.parse(text)),
      ...(minutes === undefined ? {} : { length: { kind: 'minutes', minutes } }),
      ...(steps === undefined ? {} : { length: { kind: 'steps', steps } }),
      ...(reduction === undefined ? {} : { reduction: Number(reduction) }),
      ...(channels === undefined ? {} : { latentChannels: channels }),
      ...(seed === undefined ? {} : { seed }),
    });
  } catch (thrown) {
    throw studioError('run.badConfig', { source: path ?? 'the command line', problems: problemsOf(thrown) }, thrown);
  }
}

async function vaeTrainCommand(context: CommandContext, options: VaeTrainOptions): Promise<void> {
  const { studio, output } = context;
  const config = options.resume === undefined ? await vaeConfigOf(options) : undefined;
  await chooseDevice(context, options.device);
  await studio.session.openProject(options.project);
  const begin = async () => {
    if (!config) return studio.work.resumeVaeRun(options.resume!);
    const { run, job } = await studio.work.startVaeRun({ name: options.name, config });
    output.say(`Training ${run} ${await trainedOn(context)} Ctrl-C stops it with a checkpoint.`);
    return job;
  };
  const record = await finish(context, await begin());
  if (record.error) throw studioError('run.notFinite', { step: record.step, count: record.skipped });
  output.result(resultOf(record), describe(record));
}

const resultOf = (record: VaeRunRecord): object => ({
  run: record.id,
  vae: record.id,
  status: record.status,
  steps: record.step,
  planned_steps: record.plan.steps,
  seconds: record.seconds,
  skipped: record.skipped,
  reduction: record.config.reduction,
  channels: record.config.latentChannels,
  psnr: record.scores.at(-1)?.psnr ?? null,
  ssim: record.scores.at(-1)?.ssim ?? null,
  starter_psnr: record.starterPsnr ?? null,
  held_out: record.plan.heldOutPictures,
  scores: record.scores,
});

function describe({ id, status, step, seconds, plan, scores, starterPsnr, skipped }: VaeRunRecord): string {
  const done = `${id} is ${status}: ${step.toLocaleString('en')} of ${plan.steps.toLocaleString('en')} steps in ${formatDuration(seconds)}, ${skipped} rolled back.`;
  const last = scores.at(-1);
  if (!last || starterPsnr === undefined)
    return `${done} With fewer than 100 pictures none is kept aside to measure quality.`;
  return `${done}\nPictures that it has not seen come back with ${last.psnr.toFixed(2)} dB (PSNR); with the starter VAE ${starterPsnr.toFixed(2)} dB.\nUse it: cauchy encode --project … --vae ${id}`;
}
