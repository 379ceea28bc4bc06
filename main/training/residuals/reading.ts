/** What is known of a run's residuals: its measurements, and what training recorded. */
import { tukeyFences } from '../../latents/statistics.ts';
import type { RunConfig, RunPlan } from '../schema.ts';
import { measuredSource, recordedSource, sampleWeights } from './lens.ts';
import type { LensSource } from './lens.ts';
import { readResidualRows, rowsVersion } from './rows.ts';
import type { LensOrigin, ResidualMoment, ResidualRow, RunResiduals, StoredResiduals } from './schema.ts';
import { stageAt } from './stage.ts';
import { measuredSteps, measurementVersion, readMeasurement } from './store.ts';

/** A run, and its folder. */
export interface RunPlace {
  readonly folder: string;
  readonly config: RunConfig;
  readonly plan: RunPlan;
}

/** So many samples of a measurement cross to a window at most. */
const mostSamples = 4096;

type Samples = RunResiduals['measurements'][number]['samples'];

/** Evenly spread over all, so every discretisation step keeps its part. */
function samplesOf(stored: StoredResiduals): Samples {
  const { measurement, r } = stored;
  const { pairs, pictures } = measurement;
  const weights = sampleWeights(stored);
  const count = Math.min(mostSamples, r.length);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * r.length) / count));
  return {
    total: r.length,
    r: chosen.map((sample) => r[sample]!),
    weight: chosen.map((sample) => weights[sample]!),
    index: chosen.map((sample) => pairs[Math.floor(sample / pictures)]!.index),
  };
}

function momentOf({ step, r }: ResidualRow, { config, plan }: RunPlace): ResidualMoment {
  const sorted = Float64Array.from(r).sort();
  const { q1, median, q3 } = tukeyFences(sorted);
  const stage = stageAt(config, plan, step - 1);
  return { step, ...stage, samples: r.length, min: sorted[0]!, q1, median, q3, max: sorted.at(-1)! };
}

/** Everything that is known of a run's residuals; a measurement that vanishes meanwhile is left out. */
export async function readRunResiduals(run: RunPlace): Promise<RunResiduals> {
  const steps = await measuredSteps(run.folder);
  const stored = await Promise.all(steps.map((step) => readMeasurement(run.folder, step)));
  const rows = await readResidualRows(run.folder);
  return {
    measurements: stored.flatMap((one) => (one ? [{ ...one.measurement, samples: samplesOf(one) }] : [])),
    training: rows.filter(({ r }) => r.length > 0).map((row) => momentOf(row, run)),
  };
}

/** Reads residuals for the lens, and keeps those it read last: a slider asks for the same ones many times a second. */
export class LensSources {
  #last: { readonly key: string; readonly source: LensSource | undefined } | undefined;

  /**
   * Of the newest measurement or, where there is none, of training's record; of `wanted` alone, where that is said. A measurement is
   * that of `checkpoint`, where one is named.
   */
  async of(run: RunPlace, wanted?: LensOrigin, checkpoint?: number): Promise<LensSource | undefined> {
    const steps = wanted === 'training' ? [] : await measuredSteps(run.folder);
    const chosen = checkpoint === undefined ? steps.at(-1) : steps.find((step) => step === checkpoint);
    if (chosen === undefined && (wanted === 'measurement' || checkpoint !== undefined)) return undefined;
    const version = chosen === undefined ? await rowsVersion(run.folder) : await measurementVersion(run.folder, chosen);
    const key = JSON.stringify([run.folder, chosen, version]);
    if (this.#last?.key !== key) this.#last = { key, source: await read(run, chosen) };
    return this.#last.source;
  }
}

async function read(run: RunPlace, measured: number | undefined): Promise<LensSource | undefined> {
  if (measured === undefined) return recordedSource(run, await readResidualRows(run.folder));
  const stored = await readMeasurement(run.folder, measured);
  return stored && measuredSource(run, stored);
}
