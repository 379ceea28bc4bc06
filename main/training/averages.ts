/** The averages of the weights that a run keeps: how fast each forgets. */
import { studioError } from '../base/errors.ts';
import { averageFamily, emaHalfLife, emaRate } from '../optim/ema.ts';
import type { AverageFamily } from '../optim/ema.ts';
import type { RunConfig, RunPlan } from './schema.ts';

type Average = RunConfig['averages'][number];

/** The rate of each in a run of this many steps: as given, or with a half-life that is a share of the run (method §10.8). */
export const emaRatesOf = ({ averages }: Pick<RunConfig, 'averages'>, steps: number): number[] =>
  averages.map((average) => (average.kind === 'rate' ? average.rate : emaRate(Math.max(1, average.share * steps))));

/** `9,902 steps` */
function stepsWords(steps: number): string {
  const rounded = steps < 10 ? Math.round(steps * 10) / 10 : Math.round(steps);
  return `${rounded.toLocaleString('en')} ${rounded === 1 ? 'step' : 'steps'}`;
}

/** `half-life 9,902 steps` */
const halfLifeWords = (rate: number): string =>
  rate === 0 ? 'the weights themselves' : `half-life ${stepsWords(emaHalfLife(rate))}`;

/** What an average forgets; `steps` where the run's number of steps is known. */
function forgetsWords(average: Average, steps: number | undefined): string {
  if (average.kind === 'share' && steps === undefined)
    return `forgets half in ${Number((100 * average.share).toPrecision(2))} % of the run's steps`;
  const [rate] = emaRatesOf({ averages: [average] }, steps ?? 1) as [number];
  if (rate === 0) return 'is the weights themselves';
  return `forgets half in ${stepsWords(emaHalfLife(rate))} (rate ${Number(rate.toPrecision(8))})`;
}

/** What each average of a run forgets, in words, one sentence each. */
export const averagesWords = ({ averages }: Pick<RunConfig, 'averages'>, steps: number | undefined): string[] =>
  averages.map((average, index) => {
    const forgets = forgetsWords(average, steps);
    if (averages.length === 1) return `The averaged weights (EMA): the average ${forgets}.`;
    return `Averaged weights (EMA) ${index}: the average ${forgets}${index === 0 ? '; previews and scores use it' : ''}.`;
  });

/** The family of a checkpoint that holds an average of a run, counting from 0. Throws `run.noAverage`. */
export function familyOfAverage(run: string, { emaRates }: Pick<RunPlan, 'emaRates'>, index = 0): AverageFamily {
  if (emaRates[index] !== undefined) return averageFamily(index);
  const known = emaRates.map((rate, i) => `${i} (${halfLifeWords(rate)})`);
  throw studioError('run.noAverage', { run, index, known });
}
