/** What is said about VAEs in training. */
import type { SampleSheet, VaeMetricsRow, VaeRunRecord } from '../../api/studio.ts';
import { count, formatCount, formatNumber, formatPlain } from '../../text/format.ts';
import type { Fact } from '../../text/facts.ts';
import { capitalised, glossary } from '../../text/glossary.ts';
import { kindWords } from '../../text/device-words.ts';
import { tableOf } from '../train/train-view.ts';
import type { Column, MetricsTable } from '../train/train-view.ts';
import { psnrWords, ssimWords } from './check-view.ts';
import { latentWords } from './vae-view.ts';

/** The latest score of a run: how well the pictures that were kept aside come back. */
export function scoreWords({ scores }: VaeRunRecord): string | undefined {
  const last = scores.at(-1);
  return last && psnrWords(last.psnr);
}

export function scoreSentence({ scores, starterPsnr }: VaeRunRecord): string {
  const last = scores.at(-1);
  if (last === undefined) return 'How well pictures come back: nothing has been measured yet.';
  const first = scores[0]!;
  const starter = starterPsnr === undefined ? '' : ` The starter VAE has ${psnrWords(starterPsnr)}.`;
  return `How well pictures come back (PSNR): ${psnrWords(last.psnr)} at step ${formatCount(last.step)} on ${count(last.pictures, 'picture')} kept aside, from ${psnrWords(first.psnr)} at step ${formatCount(first.step)}.${starter} Higher is better.`;
}

const named = (name: keyof typeof glossary, value: string): Fact => ({
  label: capitalised(glossary[name].plain),
  term: glossary[name].term,
  help: glossary[name].help,
  value,
});
const figure = (value: number | null | undefined): string => (value === undefined ? '–' : formatNumber(value, 4));

/** The score at the top, beside what the starter VAE has: whether training was worth it. */
export const scoreFact = (run: VaeRunRecord): Fact => ({
  label: run.starterPsnr === undefined ? 'PSNR' : `PSNR; starter ${run.starterPsnr.toFixed(1)}`,
  value: scoreWords(run) ?? 'not yet',
  help: scoreSentence(run),
});

/** All figures; zero is shown as zero. */
export function ownDetails(run: VaeRunRecord, last: VaeMetricsRow | undefined): Fact[] {
  const { plan, config, scores, device } = run;
  const score = scores.at(-1);
  return [
    { label: 'Makes pictures', value: latentWords(config) },
    named('psnr', score ? `${psnrWords(score.psnr)} at step ${formatCount(score.step)}` : 'not measured yet'),
    ...(run.starterPsnr === undefined
      ? []
      : [{ label: 'The same pictures with the starter VAE', value: psnrWords(run.starterPsnr) }]),
    named('ssim', score ? ssimWords(score.ssim) : 'not measured yet'),
    named('heldOut', formatCount(plan.heldOutPictures)),
    { label: 'Pictures to learn from', value: formatCount(plan.trainingPictures) },
    named('l1', figure(last?.l1)),
    named('structure', figure(last?.structure)),
    named('kl', figure(last?.kl)),
    named('klWeight', last ? formatPlain(last.klWeight) : '–'),
    ...(config.loss.discriminator.kind === 'none'
      ? []
      : [named('adversarial', figure(last?.adversarial)), named('discriminatorLoss', figure(last?.discriminatorLoss))]),
    named('skipped', `${formatCount(last?.skipped ?? run.skipped)} rolled back`),
    named('learningRate', last ? formatPlain(last.learningRate) : '–'),
    named('gradNorm', figure(last?.gradNorm)),
    named('batch', formatCount(config.batchSize)),
    named('parameters', formatCount(plan.parameters)),
    ...(device ? [named('device', `${device.name} (${kindWords[device.kind].term})`)] : []),
  ];
}

const optional = (value: number | null | undefined) => (value === undefined ? undefined : formatNumber(value));
const columns: readonly Column<VaeMetricsRow>[] = [
  ['Step', ({ step }) => formatCount(step)],
  ['Loss', ({ loss }) => formatNumber(loss)],
  ['PSNR (dB)', ({ psnr }) => formatNumber(psnr)],
  ['L1', ({ l1 }) => formatNumber(l1)],
  ['1 − MS-SSIM', ({ structure }) => formatNumber(structure)],
  ['KL', ({ kl }) => formatNumber(kl)],
  ['KL weight', ({ klWeight }) => formatNumber(klWeight)],
  ['Adversarial', ({ adversarial }) => optional(adversarial)],
  ['Discriminator loss', ({ discriminatorLoss }) => optional(discriminatorLoss)],
  ['Gradient norm', ({ gradNorm }) => formatNumber(gradNorm)],
  ['Learning rate', ({ learningRate }) => formatNumber(learningRate)],
  ['Seconds per step', ({ stepSeconds }) => formatNumber(stepSeconds)],
  ['Active seconds', ({ seconds }) => formatNumber(seconds)],
  ['Rolled back', ({ skipped }) => formatCount(skipped)],
];

export const ownTable = (rows: readonly VaeMetricsRow[]): MetricsTable<VaeMetricsRow> => tableOf(columns, rows);

export function backSheetWords({ step }: SampleSheet, run: VaeRunRecord): string {
  const when = step === 0 ? 'Before training' : `Step ${formatCount(step)} of ${formatCount(run.plan.steps)}`;
  return `${when}: pictures, each beside what comes back of it`;
}
