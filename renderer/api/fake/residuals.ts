/** Residuals of the fake: mostly ordinary ones, and a few odd pictures whose residuals are tens of times as large. */
import { Random } from '../../../main/base/random.ts';
import { indexProbabilities, pairWeight, sigmas } from '../../../main/consistency/noise-levels.ts';
import { choosePairs } from '../../../main/training/residuals/pairs.ts';
import { stageAt } from '../../../main/training/residuals/stage.ts';
import { sheetSteps } from '../../../main/training/schedule.ts';
import { placedStages } from '../../../main/training/stages.ts';
import type { Output, RunRecord } from '../studio.ts';
import { distributionOf } from './figures.ts';

type Residuals = Output<'runs.residuals'>;
/** What the residuals of a run are made up from. */
type Run = Pick<RunRecord, 'config' | 'createdAt' | 'device'> & {
  readonly plan: Pick<RunRecord['plan'], 'steps' | 'latentShape'>;
};

export const picturesMeasured = 192;
const elements = 256;
/** Elements of a sample that are made up for its distribution. */
const drawnElements = 24;
const rowsPerStage = 64;
const samplesPerRow = 64;
const isOdd = (picture: number) => picture % 90 === 17;
const oddTimes = (random: Random) => Math.exp(random.normal(4, 0.3));

/** How large the residuals of a step are between two noise levels: they fall while a stage is learned, and grow with the gap. */
function usualSize({ config, plan }: Run, step: number, gap: number): number {
  const k = Math.min(step, plan.steps - 1);
  const { begin } = placedStages(config, plan.steps).findLast((stage) => stage.begin <= k)!;
  const learned = 1 + 2.2 / (1 + (k - begin) / 70);
  return stageAt(config, plan, k).c * learned * (0.1 + gap / (gap + 0.25));
}

/** Noise levels of the stage of step k, and how training draws them. */
export function levelPairs({ config, plan }: Run, k: number) {
  if (config.objective.kind !== 'consistency') return [];
  const { noise } = config.objective;
  const levels = sigmas(stageAt(config, plan, k).levels!, noise);
  const shares = indexProbabilities(levels, noise);
  return Array.from(shares, (share, i) => {
    const [t, r] = [levels[i]!, levels[i + 1]!];
    return { t, r, weight: pairWeight(t, r), share };
  });
}

/** A measured checkpoint, and the r of each sample: the same ones whenever they are asked for. */
export function measurementOf(run: Run, step: number, hasOdd: boolean) {
  const k = Math.min(step, run.plan.steps - 1);
  const chosen = choosePairs(levelPairs(run, k));
  const random = new Random({ seed: 21, stream: 'test', index: step });
  // All noise levels are measured on the same pictures.
  const wild = Array.from({ length: picturesMeasured }, (_, picture) =>
    hasOdd && isOdd(picture) ? oddTimes(random) : 1,
  );
  const r = new Float32Array(chosen.length * picturesMeasured);
  const pairs = chosen.map(({ index, t, r: teacherSigma, weight, share }, j) => {
    const values = new Float64Array(picturesMeasured * drawnElements);
    wild.forEach((times, picture) => {
      const size = times * usualSize(run, step, t - teacherSigma) * Math.exp(random.normal(0, hasOdd ? 0.45 : 0.12));
      r[j * picturesMeasured + picture] = size;
      for (let i = 0; i < drawnElements; i++) values[picture * drawnElements + i] = size * random.normal();
    });
    return {
      ...distributionOf(values, picturesMeasured * elements),
      ...{ index, sigma: t, teacherSigma, weight, share },
    };
  });
  const { levels } = stageAt(run.config, run.plan, k);
  const measurement: Omit<Residuals['measurements'][number], 'samples'> = {
    step,
    measuredAt: new Date(Date.parse(run.createdAt) + 122 * step).toISOString(),
    device: run.device ?? { kind: 'cpu', name: 'CPU' },
    ...(levels !== undefined && { levels }),
    ...{ pictures: picturesMeasured, elements, pairs },
  };
  return { measurement, r };
}

/** What training recorded until `step`. */
export function rowsUntil(run: Run, until: number, hasOdd: boolean) {
  const stages = placedStages(run.config, run.plan.steps);
  const steps = stages.flatMap(({ begin, steps: own }) =>
    Array.from(sheetSteps(own, rowsPerStage), (at) => begin + at),
  );
  return steps
    .filter((step) => step <= until)
    .map((step) => {
      const pairs = levelPairs(run, step - 1);
      const random = new Random({ seed: 22, stream: 'test', index: step });
      const drawn = Array.from({ length: samplesPerRow }, (_, b) => {
        let [u, i] = [random.uniform(), 0];
        while (i < pairs.length - 1 && (u -= pairs[i]!.share) >= 0) i++;
        const { t: sigma, r: teacherSigma, weight } = pairs[i]!;
        const times = hasOdd && isOdd(step + 7 * b) ? oddTimes(random) : 1;
        return {
          sigma,
          weight,
          r: times * usualSize(run, step, sigma - teacherSigma) * Math.exp(random.normal(0, hasOdd ? 0.45 : 0.12)),
        };
      });
      return {
        step,
        r: drawn.map(({ r }) => r),
        sigma: drawn.map(({ sigma }) => sigma),
        weight: drawn.map(({ weight }) => weight),
      };
    });
}
