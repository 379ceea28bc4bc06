/** What the Train place says about presets and runs. */
import type { Job, MetricsRow, Preset, RunConfig, RunRecord, RunStatus, SampleSheet } from '../../api/studio.ts';
import { medianOf } from '../../charts/series.ts';
import type { StepRow } from '../../charts/series.ts';
import { capitalised, glossary } from '../../text/glossary.ts';
import {
  count,
  formatCount,
  formatDuration,
  formatNumber,
  formatPlain,
  formatRate,
  formatRemaining,
} from '../../text/format.ts';
import { kindWords } from '../../text/device-words.ts';
import type { Fact } from '../../text/facts.ts';

/** What every run has, whatever it trains. */
export type AnyRun = Pick<
  RunRecord,
  'id' | 'name' | 'createdAt' | 'status' | 'step' | 'seconds' | 'skipped' | 'error'
> & { readonly plan: { readonly steps: number } };

/** `10 minutes` or `4,000 steps`. */
export function lengthWords(length: RunConfig['length']): string {
  if (length.kind === 'steps') return count(length.steps, 'step');
  if (length.kind === 'epochs') return count(length.epochs, 'epoch');
  return length.minutes < 60
    ? count(length.minutes, 'minute')
    : formatDuration(60 * length.minutes).replace(' 00 min', '');
}

/** `6 layers of 192` or `U-Net of 3 levels, width 64`. */
const networkWords = (network: RunConfig['network']): string =>
  network.kind === 'dit'
    ? `${network.depth} layers of ${network.width}`
    : `U-Net of ${count(network.multipliers.length, 'level')}, width ${network.width}`;

/** The model of the next run, to be timed on a device: named after its preset unless something was changed. */
export function modelToTime(
  preset: Preset | undefined,
  config: RunConfig | undefined,
): Pick<Preset, 'name' | 'config'> | undefined {
  if (config === undefined) return undefined;
  const unchanged = preset !== undefined && JSON.stringify(preset.config) === JSON.stringify(config);
  return { name: unchanged ? preset.name : 'Your settings', config };
}

const groupTitles: Readonly<Record<Preset['group'], string>> = { studio: 'For this computer', paper: 'From papers' };

/** Presets by where they come from, in their order; groups without any are left out. */
export const presetGroups = (presets: readonly Preset[]) =>
  (['studio', 'paper'] as const)
    .map((group) => ({ group, title: groupTitles[group], presets: presets.filter((each) => each.group === group) }))
    .filter((each) => each.presets.length > 0);

/** What a preset will do, and what was measured when it ran before in this project. */
export function presetFacts({ id, group, config, pictureSize }: Preset, runs: readonly RunRecord[]): Fact[] {
  const measured = runs.find((run) => run.preset === id && run.step > 0 && run.seconds > 0);
  return [
    { label: 'lasts', value: lengthWords(config.length) },
    { label: 'pictures per step', value: formatCount(config.batchSize) },
    { label: 'model', value: networkWords(config.network) },
    ...(pictureSize === undefined ? [] : [{ label: 'pictures of', value: `${pictureSize} × ${pictureSize}` }]),
    // A recipe of weeks is measured by few; the others can be without the line.
    ...(group === 'paper' && !measured
      ? []
      : [
          {
            label: 'measured here',
            value: measured ? formatRate(measured.step / measured.seconds, 'steps') : 'not yet',
            help: 'From the latest run of this preset in this project.',
          },
        ]),
  ];
}

export const statusWords: Readonly<Record<RunStatus, string>> = {
  running: 'Training',
  paused: 'Paused',
  stopped: 'Stopped',
  finished: 'Finished',
  failed: 'Failed',
  interrupted: 'Interrupted',
};

/** Newest first. */
export function newestFirst<Run extends AnyRun>(runs: readonly Run[]): Run[] {
  return runs.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
}

/** What can be done with a run. */
export function canResume(run: AnyRun): boolean {
  return (
    run.status === 'paused' ||
    run.status === 'interrupted' ||
    ((run.status === 'stopped' || run.status === 'failed') && run.step > 0)
  );
}
export function isLive(run: AnyRun): boolean {
  return run.status === 'running' || run.status === 'paused';
}

export interface Situation {
  readonly title: string;
  readonly text: string;
}

/** What a run that is not training right now needs the person to know. @param use what a trained one is good for */
export function situationOf(run: AnyRun, last: StepRow | undefined, use = 'make pictures'): Situation | undefined {
  const at = `step ${formatCount(run.step)} of ${formatCount(run.plan.steps)}`;
  switch (run.status) {
    case 'running':
      return undefined;
    case 'paused':
      return {
        title: `Paused at ${at}`,
        text: 'It waits in memory. Resume it, or stop it to free the memory; both keep everything.',
      };
    case 'stopped':
      return {
        title: `Stopped at ${at}`,
        text: `Its state is saved. You can ${use} with it, or go on from there.`,
      };
    case 'finished':
      return {
        title: 'Finished',
        text: `All ${formatCount(run.plan.steps)} steps are done in ${formatDuration(run.seconds)}. You can ${use} with it.`,
      };
    case 'interrupted':
      return { title: 'This run was interrupted', text: interruptedWords(run, last) };
    case 'failed':
      return run.step > 0
        ? { title: `Failed after ${at}`, text: 'Its last saved state is intact.' }
        : { title: 'Failed before anything was saved', text: 'There is nothing to go on from; start a new run.' };
  }
}

/** What resuming costs after a crash or a power cut: the steps since the last checkpoint. */
export function interruptedWords(run: AnyRun, last: StepRow | undefined): string {
  if (run.step === 0) return 'The studio or the computer stopped before anything was saved. It can begin again.';
  const from = `It can go on from its last saved state (checkpoint), step ${formatCount(run.step)}.`;
  const lost = Math.max(0, (last?.step ?? run.step) - run.step);
  if (lost === 0) return `The studio or the computer stopped while it was training. ${from} Nothing is lost.`;
  const seconds = Math.max(0, (last?.seconds ?? run.seconds) - run.seconds);
  return `The studio or the computer stopped while it was training. ${from} ${count(lost, 'step')} (${formatDuration(seconds)}) after it are lost and will be repeated.`;
}

/** The figures above a live run. */
export function runFacts(run: AnyRun, last: StepRow | undefined, job: Job | undefined): Fact[] {
  const step = Math.max(run.step, last?.step ?? 0);
  const running = run.status === 'running';
  return [
    { label: 'step', value: `${formatCount(step)} of ${formatCount(run.plan.steps)}` },
    {
      label: 'trained for',
      value: formatDuration(Math.max(run.seconds, last?.seconds ?? 0)),
      help: 'Active time; pauses do not count.',
    },
    { label: 'still', value: running ? formatRemaining(job?.remainingSeconds).replace(/ left$/, '') : '–' },
    { label: 'speed', value: (running && formatRate(job?.perSecond, 'steps')) || (running ? 'measuring' : '–') },
  ];
}

const named = (name: keyof typeof glossary, value: string): Fact => ({
  label: capitalised(glossary[name].plain),
  term: glossary[name].term,
  help: glossary[name].help,
  value,
});

/** What only some ways of learning have; before the first step, what consistency training will have. */
function objectiveFacts({ config }: RunRecord, last: MetricsRow | undefined): Fact[] {
  if (last === undefined) return config.objective.kind === 'consistency' ? [named('levels', '–'), named('c', '–')] : [];
  const { levels, c, velocityLoss } = last;
  return [
    ...(levels === undefined ? [] : [named('levels', formatCount(levels))]),
    ...(c === undefined ? [] : [named('c', formatNumber(c, 4))]),
    ...(velocityLoss === undefined ? [] : [named('velocityLoss', formatNumber(velocityLoss, 4))]),
  ];
}

/** The figures below it; zero is shown as zero. */
export function detailFacts(run: RunRecord, last: MetricsRow | undefined): Fact[] {
  const { plan } = run;
  const score = run.scores.at(-1);
  return [
    named('skipped', `${formatCount(last?.skipped ?? run.skipped)} rolled back`),
    named('halvings', run.halvings === 0 ? 'never' : count(run.halvings, 'time')),
    ...objectiveFacts(run, last),
    named('learningRate', last ? formatPlain(last.learningRate) : '–'),
    named('gradNorm', last ? formatNumber(last.gradNorm, 4) : '–'),
    named('batch', formatCount(plan.batchSize)),
    named('microBatch', run.microBatch === undefined ? 'not known' : formatCount(run.microBatch)),
    named('parameters', formatCount(plan.parameters)),
    ...(run.device ? [{ ...named('device', `${run.device.name} (${kindWords[run.device.kind].term})`) }] : []),
    { label: 'Pictures to learn from', value: formatCount(plan.trainingPictures) },
    named('heldOut', formatCount(plan.heldOutPictures)),
    named(
      'frechet',
      score ? `${formatNumber(score.frechet, 4)}, at best ${formatNumber(score.floor, 4)}` : 'not measured yet',
    ),
  ];
}

/** What the loss chart shows, in a sentence. Only values of the same stage are compared. */
export function lossSentence(rows: readonly StepRow[], smoothed: Float64Array, run: AnyRun | undefined): string {
  const last = rows.at(-1);
  if (last === undefined) return 'Error (loss): nothing has been measured yet.';
  const now = smoothed[rows.length - 1]!;
  const stageStart = rows.findIndex((row) => row.levels === last.levels);
  const back = rows.length - 1 - Math.min(1000, rows.length - 1 - stageStart);
  const before = smoothed[back]!;
  const steps = last.step - rows[back]!.step;
  const change = (now - before) / before;
  const trend =
    steps < 10 || !Number.isFinite(change)
      ? ''
      : Math.abs(change) < 0.01
        ? `, steady over the last ${formatCount(steps)} steps`
        : `, ${change < 0 ? 'down' : 'up'} ${Math.round(100 * Math.abs(change))} % over the last ${formatCount(steps)} steps`;
  const levels = last.levels === undefined ? '' : `, with ${formatCount(last.levels)} noise levels`;
  const of = run ? ` of ${formatCount(run.plan.steps)}` : '';
  return `Error (loss) ${formatNumber(now, 4)} at step ${formatCount(last.step)}${of}${trend}${levels}. ${count(last.skipped, 'step')} rolled back.`;
}

export function stepTimeSentence(rows: readonly StepRow[]): string {
  const median = medianOf(rows.slice(-500).map(({ stepSeconds }) => stepSeconds));
  if (median === undefined) return 'Time per step: nothing has been measured yet.';
  return `Time per step: ${formatNumber(1000 * median, 3)} milliseconds, the median of the last ${formatCount(Math.min(500, rows.length))} steps.`;
}

export function scoreSentence({ scores }: RunRecord): string {
  const last = scores.at(-1);
  if (last === undefined) return 'Distance to your pictures: nothing has been measured yet.';
  return `Distance to your pictures (Fréchet distance): ${formatNumber(last.frechet, 4)} at step ${formatCount(last.step)}; ${formatNumber(last.floor, 4)} is as good as your own pictures. Lower is better.`;
}

/** The latest distance of a run. */
export function distanceWords({ scores }: RunRecord): string | undefined {
  const last = scores.at(-1);
  return last && formatNumber(last.frechet, 4);
}

export function sheetWords({ step, rows, columns, nfe }: SampleSheet, run: RunRecord): string {
  const made = `${count(rows * columns, 'picture')} in ${count(nfe, 'step')} each`;
  return step === 0
    ? `Before training: ${made}`
    : `Step ${formatCount(step)} of ${formatCount(run.plan.steps)}: ${made}`;
}

export type Column<Row> = readonly [title: string, cell: (row: Row) => string | undefined];
const numberIn = (value: number | null | undefined) => (value === undefined ? undefined : formatNumber(value));
const columns: readonly Column<MetricsRow>[] = [
  ['Step', ({ step }) => formatCount(step)],
  ['Loss', ({ loss }) => formatNumber(loss)],
  ['Consistency loss', ({ consistencyLoss }) => numberIn(consistencyLoss)],
  ['Diffusion loss', ({ diffusionLoss }) => numberIn(diffusionLoss)],
  ['Velocity error', ({ velocityLoss }) => numberIn(velocityLoss)],
  ['Gradient norm', ({ gradNorm }) => formatNumber(gradNorm)],
  ['Noise levels (N)', ({ levels }) => (levels === undefined ? undefined : formatCount(levels))],
  ['c', ({ c }) => numberIn(c)],
  ['Learning rate', ({ learningRate }) => formatNumber(learningRate)],
  ['Seconds per step', ({ stepSeconds }) => formatNumber(stepSeconds)],
  ['Active seconds', ({ seconds }) => formatNumber(seconds)],
  ['Rolled back', ({ skipped }) => formatCount(skipped)],
];

/** The metrics of a run as a table; what its way of learning does not measure has no column. */
export const metricsTable = (rows: readonly MetricsRow[]): MetricsTable<MetricsRow> => tableOf(columns, rows);

export interface MetricsTable<Row> {
  readonly columns: readonly string[];
  readonly cells: (row: Row) => string[];
}

export function tableOf<Row>(all: readonly Column<Row>[], rows: readonly Row[]): MetricsTable<Row> {
  const [first] = rows;
  const shown = all.filter(([, cell]) => first === undefined || cell(first) !== undefined);
  return { columns: shown.map(([title]) => title), cells: (row) => shown.map(([, cell]) => cell(row) ?? '–') };
}
