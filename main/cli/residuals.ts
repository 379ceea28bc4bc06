/** `latents --residuals`: how far the student of a run's newest checkpoint is from its teacher, and what each loss makes of it. */
import { measureResiduals } from '../api/handlers/residuals.ts';
import { studioError } from '../base/errors.ts';
import type { ResidualLens, ResidualMeasurement } from '../training/residuals/schema.ts';
import { finish, nobody } from './context.ts';
import type { CommandContext } from './context.ts';

/** Measures the newest checkpoint unless it was measured already; of the project's newest run, where none is named. */
export async function residualsCommand(context: CommandContext, project: string, asked?: string): Promise<void> {
  const { studio, output } = context;
  const { session, work, handlers } = studio;
  const { runs } = await session.openProject(project);
  const name = asked ?? runs.at(-1)?.id;
  const record = runs.find(({ id }) => id === name);
  if (!record) throw studioError('run.unknown', { run: name ?? '(none)', known: runs.map(({ id }) => id) });
  const { id: run, step } = record;
  const { measurements } = await handlers['runs.residuals']({ run }, nobody);
  const known = measurements.find((one) => one.step === step);
  const measurement = known ?? (await finish(context, measureResiduals(session, work, { run })));
  const lens = await handlers['runs.lens']({ run, of: 'measurement' }, nobody);
  output.result(
    { project, run, ...measurementFields(measurement), ...(lens ? { lens: lensFields(lens) } : {}) },
    [describeResiduals(run, measurement), ...(lens ? [describeLens(lens)] : [])].join('\n'),
  );
}

const measurementFields = ({ step, levels, pictures, pairs }: ResidualMeasurement): object => ({
  step,
  ...(levels === undefined ? {} : { levels }),
  pictures,
  residuals: pairs.map(({ index, sigma, teacherSigma, weight, share, ...statistics }) => {
    const { n, mean, std, min, q1, median, q3, max, kurtosis, innerShare, outerShare } = statistics;
    return {
      ...{ index, sigma, teacher_sigma: teacherSigma, weight, share },
      ...{ n, mean, sd: std, min, q1, median, q3, max, kurtosis },
      ...{ inner_share: innerShare, outer_share: outerShare },
    };
  }),
});

/** `top_0_1_percent_share` */
const topName = (top: number): string =>
  `top_${String(Number((100 * top).toPrecision(6))).replace('.', '_')}_percent_share`;

const lensFields = ({ loss: own, c, cNow, losses }: ResidualLens): object => ({
  ...{ loss: own, c, c_now: cNow },
  losses: losses.map(({ loss, topShare, suppressed, warning }) => ({
    loss,
    ...Object.fromEntries(topShare.map(({ top, share }) => [topName(top), share])),
    suppressed_share: suppressed,
    warning,
  })),
});

const short = (value: number): string => String(Number(value.toPrecision(4)));
const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

export function describeResiduals(run: string, { step, pictures, pairs }: ResidualMeasurement): string {
  const row = (values: readonly string[]) => values.map((value) => value.padStart(11)).join('');
  return [
    `${run}, checkpoint of step ${step.toLocaleString('en')}: student − teacher, ${pictures} samples at each discretisation step`,
    row(['noise', 'mean', 'sd', 'q1', 'median', 'q3', 'kurtosis', 'inner', 'outer']),
    ...pairs.map(({ sigma, mean, std, q1, median, q3, kurtosis, innerShare, outerShare }) =>
      row([...[sigma, mean, std, q1, median, q3, kurtosis].map(short), percent(innerShare, 3), percent(outerShare, 3)]),
    ),
    'inner, outer: share beyond Tukey’s fences (a bell curve has 0.698 % and 0.0002 %)',
  ].join('\n');
}

const lossWords = { l2: 'L2', pseudoHuber: 'Pseudo-Huber', cauchy: 'Cauchy', gemanMcClure: 'Geman–McClure' } as const;

export function describeLens({ c, cNow, loss: own, losses }: ResidualLens): string {
  const which = c === cNow ? `this run’s c, ${short(c)}` : `c = ${short(c)}${cNow === 0 ? ' (this run has none)' : ''}`;
  return [
    `At ${which}: how much of the update the samples with the largest residuals drive`,
    ...losses.map(({ loss, topShare, suppressed, warning }) => {
      const tops = topShare.map(
        ({ top, share }) => `the top ${Number((100 * top).toPrecision(6))} % ${percent(share)}`,
      );
      const name = `${lossWords[loss]}${loss === own ? ' (trains this run)' : ''}`.padEnd(32);
      const pressed = warning ? `; it suppresses ${percent(suppressed)} of the ordinary samples: c is too small` : '';
      return `  ${name} ${tops.join(', ')}${pressed}`;
    }),
  ].join('\n');
}
