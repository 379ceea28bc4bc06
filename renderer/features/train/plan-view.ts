/** What the Train place says about a run before it starts. What is not known yet is shown as unknown. */
import type { RunEstimate, RunOutlook } from '../../api/studio.ts';
import { count, formatBytes, formatCount, formatDuration, formatPlain } from '../../text/format.ts';
import { glossary } from '../../text/glossary.ts';
import type { Fact } from '../../text/facts.ts';

const about = (plan: RunOutlook): string => (plan.stepsAreEstimated ? 'about ' : '');

/** `about 2 h 05 min`, or that it is not known yet. */
export function timeWords({ seconds, step, stepsAreEstimated }: RunOutlook): string {
  if (seconds === undefined) return 'unknown until the first steps';
  return `${step && !stepsAreEstimated ? 'about ' : ''}${formatDuration(seconds)}`;
}

/** Where the time of a step comes from; undefined where there is none. */
export function stepSource({ step }: RunOutlook): string | undefined {
  if (step === undefined) return undefined;
  const by = step.run === undefined ? 'by the check of this device' : `in the run “${step.run}”`;
  return `A step of such a model took ${formatPlain(1000 * step.seconds, 3)} ms, measured ${by}.`;
}

export function planFacts(plan: RunOutlook): Fact[] {
  const { steps, epochs } = plan;
  return [
    {
      label: 'lasts',
      value: timeWords(plan),
      help: stepSource(plan) ?? 'The time of a step has not been measured yet.',
    },
    {
      label: 'steps',
      value: steps === undefined ? 'unknown until measured' : `${about(plan)}${formatCount(steps)}`,
      help: 'Corrections of the model.',
    },
    {
      label: 'passes over all pictures',
      term: 'epochs',
      value: epochs === undefined ? 'unknown' : `${about(plan)}${formatPlain(epochs, 3)}`,
      help: 'How often every picture is seen.',
    },
    { label: 'pictures to learn from', value: formatCount(plan.trainingPictures), help: glossary.heldOut.help },
    {
      label: glossary.parameters.plain,
      term: 'parameters',
      value: formatCount(plan.parameters),
      help: glossary.parameters.help,
    },
  ];
}

/** `7 stages of 42,000 steps (K′), with 11 to 641 noise levels (N).` Undefined where there are none. */
export function stagesSentence({ stages, stepsAreEstimated }: RunOutlook): string | undefined {
  const [first, last] = [stages[0], stages.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const length =
    first.steps === undefined ? '' : ` of ${stepsAreEstimated ? 'about ' : ''}${count(first.steps, 'step')} (K′)`;
  const rest =
    stages.length > 1 && last.steps !== undefined && Math.abs(last.steps - first.steps!) > 1
      ? `, the last of ${count(last.steps, 'step')}`
      : '';
  const levels =
    first.levels === undefined || last.levels === undefined
      ? ''
      : first === last
        ? `, with ${formatCount(first.levels)} noise levels (N)`
        : `, with ${formatCount(first.levels)} to ${formatCount(last.levels)} noise levels (N)`;
  return `${count(stages.length, 'stage')}${length}${levels}${rest}.`;
}

/** Longer than this share of a run, and an average still shows much of the untrained model at its end. */
export const longestShare = 1 / 3;

const stillUntrained = 'its pictures would still show the untrained model';

/** What the averages forget, and which of them are too slow for the run. */
export function averageSentences({ averages, steps }: RunOutlook): string[] {
  const isLong = (halfLife: number | undefined) =>
    steps !== undefined && halfLife !== undefined && halfLife > longestShare * steps;
  const life = (halfLife: number | undefined) =>
    halfLife === undefined ? 'a share of the steps' : formatCount(Math.max(1, Math.round(halfLife)));
  const [first] = averages;
  if (first && averages.length === 1) {
    const { rate, halfLife } = first;
    if (rate === undefined || halfLife === undefined)
      return ['The averaged model (EMA) forgets half in a share of the steps.'];
    const warning = isLong(halfLife) ? `, too long for this run: ${stillUntrained}` : '';
    return [
      `The averaged model (EMA) forgets half in ${count(Math.max(1, Math.round(halfLife)), 'step')} (rate ${formatPlain(rate, 6)})${warning}.`,
    ];
  }
  const long = averages.flatMap(({ halfLife }, i) => (isLong(halfLife) ? [i + 1] : []));
  return [
    `The ${averages.length} averaged models (EMA) forget half in ${averages.map(({ halfLife }) => life(halfLife)).join(', ')} steps.`,
    ...(long.length === 0
      ? []
      : [
          `For this run ${long.length === averages.length ? 'all of them are' : `${long.length === 1 ? 'number' : 'numbers'} ${long.join(', ')} ${long.length === 1 ? 'is' : 'are'}`} too long: ${stillUntrained.replace('its', 'their')}.`,
        ]),
  ];
}

/** A recipe for pictures of another size: it runs, and its published figures say nothing about it. */
export function sizeNotice(pictureSize: number | undefined, size: number | undefined): string | undefined {
  if (pictureSize === undefined || size === undefined || pictureSize === size) return undefined;
  return `This recipe is for pictures of ${pictureSize} × ${pictureSize} pixels; those of this project are ${size} × ${size}. It can be trained, but expect other results.`;
}

/** What would make the run fit, each with the change of settings that does it, where there is one. */
export function remedies({
  remedies: found,
}: RunEstimate): { readonly text: string; readonly change?: 'microBatch' | 'recompute' }[] {
  return found.map((remedy) => {
    switch (remedy.kind) {
      case 'microBatch':
        return { text: 'It fits with fewer pictures at once.', change: 'microBatch' };
      case 'recompute':
        return { text: 'It fits when layers are computed twice, which takes more time.', change: 'recompute' };
      case 'memory':
        return {
          text: `A device with ${formatBytes(remedy.bytes)} free could train it. A smaller model or fewer pictures per step need less.`,
        };
    }
  });
}
