/** The verbs of the terminal, each a function of the application and its options. */
import { join, resolve } from 'node:path';
import { studioError } from '../base/errors.ts';
import { formatDuration } from '../base/duration.ts';
import type { PictureCounts, PictureSettings, PictureSource } from '../datasets/schema.ts';
import { deviceTerms } from '../engine/schema.ts';
import type { DeviceChoice } from '../engine/schema.ts';
import type { RunRecord } from '../runs/schema.ts';
import { loadConfig } from '../training/presets.ts';
import type { RunConfig } from '../training/schema.ts';
import { plainRequest } from '../generation/schema.ts';
import { finish, nobody } from './context.ts';
import type { CommandContext } from './context.ts';
import { describeEstimate } from './memory-words.ts';
import { makeGrid } from './sampling.ts';

const describeCounts = ({ used, duplicates, quarantined, ignored }: PictureCounts, leftOut: number): string =>
  `${used} in use${leftOut > 0 ? `, of which ${leftOut} are left out` : ''}, ${duplicates} duplicates, ${quarantined} that could not be used, ${ignored} files that are no pictures`;

export async function importCommand(
  context: CommandContext,
  project: string,
  source: PictureSource,
  settings: PictureSettings,
): Promise<void> {
  const { studio, output } = context;
  await studio.session.openOrCreateProject(project);
  const { counts, added } = await finish(context, studio.work.importPictures(source, settings));
  const { rows: quarantined } = await studio.handlers['pictures.page'](
    { show: 'quarantined', offset: 0, limit: 500 },
    nobody,
  );
  const reasons = quarantined.flatMap((row) =>
    row.kind === 'quarantined' ? [{ source: row.source, reason: row.reason }] : [],
  );
  const summary = await studio.handlers['project.current']({}, nobody);
  const classes = summary?.dataset?.classes ?? [];
  const leftOut = summary?.adjusted?.leftOut ?? 0;
  const sorted = classes.map(({ name, pictures }) => `${name} (${pictures})`);
  const words = [
    `${project}: ${describeCounts(counts, leftOut)}.`,
    ...(sorted.length === 0 ? [] : [`  classes: ${sorted.join(', ')}`]),
    ...reasons.map(({ source: path, reason }) => `  not used: ${path}: ${reason}`),
  ];
  output.result({ project, counts, left_out: leftOut, added, classes, quarantined: reasons }, words.join('\n'));
}

export interface TrainOptions {
  readonly preset?: string | undefined;
  readonly config?: string | undefined;
  readonly minutes?: number | undefined;
  readonly steps?: number | undefined;
  readonly seed?: number | undefined;
  readonly device?: DeviceChoice | undefined;
  /** Only says what memory it would need. */
  readonly plan?: boolean | undefined;
}

/** For this command only; what the person chose for good stays. */
export async function chooseDevice({ studio }: CommandContext, device: DeviceChoice | undefined): Promise<void> {
  if (device !== undefined) await studio.session.devices.chooseForNow(device);
}

/** The configuration of a preset or a file, with its length and seed replaced where asked. */
async function resolveConfig({ studio }: CommandContext, options: TrainOptions): Promise<RunConfig> {
  const { presets } = studio.session;
  const base =
    options.config === undefined
      ? presets.find(({ id }) => id === options.preset)?.config
      : await loadConfig(resolve(options.config));
  if (!base)
    throw studioError('run.unknownPreset', { preset: options.preset ?? '(none)', known: presets.map(({ id }) => id) });
  return {
    ...base,
    ...(options.minutes === undefined ? {} : { length: { kind: 'minutes', minutes: options.minutes } }),
    ...(options.steps === undefined ? {} : { length: { kind: 'steps', steps: options.steps } }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  };
}

async function train(context: CommandContext, config: RunConfig, preset: string | undefined): Promise<RunRecord> {
  const { run, job } = await context.studio.work.startRun({ config, preset });
  context.output.say(`Training ${run} ${await trainedOn(context)} Ctrl-C stops it with a checkpoint.`);
  return finish(context, job);
}

const describeRun = ({ id, status, step, seconds, skipped, halvings, plan }: RunRecord): string =>
  `${id} is ${status}: ${step.toLocaleString('en')} of ${plan.steps.toLocaleString('en')} steps in ${formatDuration(seconds)}, ${skipped} rolled back.${halvings > 0 ? ` The learning rate was halved ${halvings} times for them.` : ''}`;

const runResult = (record: RunRecord): object => ({
  run: record.id,
  status: record.status,
  steps: record.step,
  planned_steps: record.plan.steps,
  seconds: record.seconds,
  skipped: record.skipped,
  halvings: record.halvings,
  scores: record.scores,
});

/** What a run trains on, and, where that is slow, that it is. */
export async function trainedOn({ studio }: CommandContext): Promise<string> {
  const { devices, used, why } = await studio.session.devices.list();
  const device = devices.find(({ kind }) => kind === used)!;
  if (used === 'cpu')
    return `on the processor, which is slow (${why.replace(/\.$/, '')}). “cauchy doctor” lists the devices.`;
  return `on ${device.name} (${deviceTerms[used]}).${device.slow === undefined ? '' : ` It is slow: ${device.slow}`}`;
}

export async function trainCommand(context: CommandContext, project: string, options: TrainOptions): Promise<void> {
  const config = await resolveConfig(context, options);
  const { studio, output } = context;
  await chooseDevice(context, options.device);
  await studio.session.openProject(project);
  if (options.plan) {
    const plan = await studio.handlers['runs.estimate']({ config }, nobody);
    return output.result({ project, ...plan }, describeEstimate(plan));
  }
  report(context, await train(context, config, options.config === undefined ? options.preset : undefined));
}

export async function resumeCommand(
  context: CommandContext,
  project: string,
  options: { readonly resume: string; readonly device?: DeviceChoice | undefined },
): Promise<void> {
  await chooseDevice(context, options.device);
  await context.studio.session.openProject(project);
  report(context, await finish(context, await context.studio.work.resumeRun(options.resume)));
}

/** A run that paused itself because its numbers broke is a failure for a script. */
function report({ output }: CommandContext, record: RunRecord): void {
  if (record.error) throw studioError('run.notFinite', { step: record.step, count: record.skipped });
  output.result(runResult(record), describeRun(record));
}

/** The drawn pictures of the demo: enough that a fifth of them, kept aside, still measures quality well. */
const demoPictures = { kind: 'samples', count: 5120 } as const;
const demoSettings: PictureSettings = { size: 64, framing: 'crop', background: '#ffffff' };
const demoGrid = { rows: 8, columns: 8 } as const;
/** Seconds at the end for the grids. */
const demoReserve = 6;

export async function demoCommand(
  context: CommandContext,
  options: { readonly minutes: number; readonly out: string; readonly seed: number; readonly began: number },
): Promise<void> {
  const { studio, output } = context;
  const seconds = () => (performance.now() - options.began) / 1000;
  const out = resolve(options.out);
  await studio.session.openOrCreateProject(join(out, 'demo.cauchy'));
  await finish(context, studio.work.importPictures({ ...demoPictures, seed: options.seed + 1 }, demoSettings));
  await finish(context, studio.work.encode('starter'));
  const preset = 'quick-look';
  const minutes = options.minutes - (seconds() + demoReserve) / 60;
  if (minutes <= 0)
    throw studioError('run.badConfig', {
      source: '--minutes',
      problems: [`${options.minutes} minutes were over before training could begin`],
    });
  const config = await resolveConfig(context, { preset, minutes, seed: options.seed });
  const record = await train(context, config, preset);
  const shown = { run: record.id, seed: 0, ...demoGrid };
  const grid = await makeGrid(context, { ...shown, sampling: plainRequest(1), out: join(out, 'grid.png') });
  const two = await makeGrid(context, { ...shown, sampling: plainRequest(2), out: join(out, 'grid-2-steps.png') });
  const [first, last] = [record.scores[0], record.scores.at(-1)];
  const value = {
    score_start: first?.frechet,
    score_end: last?.frechet,
    score_floor: last?.floor,
    steps: record.step,
    seconds: seconds(),
    grid: grid.file,
    grid_two_steps: two.file,
    project: join(out, 'demo.cauchy'),
  };
  const words = `From noise to pictures in ${formatDuration(value.seconds)} and ${record.step.toLocaleString('en')} steps: the distance to real pictures fell from ${first?.frechet.toFixed(1)} to ${last?.frechet.toFixed(1)} (${last?.floor.toFixed(1)} is as near as other real pictures are).\nLook at ${grid.file}`;
  output.result(value, words);
}
