/** How pictures are asked for: the form that a person fills in, what is wrong with it, and the request it makes. */
import type { RunRecord, SamplingRequest } from '../../api/studio.ts';
import { count, formatCount, formatPlain } from '../../text/format.ts';

export type StepsMode = SamplingRequest['steps']['kind'];

/** As it is on the screen: lists are texts until they are asked for. */
export interface SamplingForm {
  readonly mode: StepsMode;
  readonly nfe: number;
  readonly levels: number;
  readonly indices: string;
  readonly sigmas: string;
  readonly average: number;
  readonly class: number | null;
  readonly guidance: number;
}

export type SamplingField = Exclude<keyof SamplingForm, 'mode' | 'average' | 'class'>;

/** The studio refuses more. */
export const mostNfe = 64;
const mostLevels = 10_000;
const mostGuidance = 20;

type Model = Pick<RunRecord, 'config' | 'plan'>;

/** The amounts of noise that a model knows; undefined for models without any. Easy Consistency Tuning samples on the usual grid. */
export function noiseOf({ config: { objective } }: Model): { readonly low: number; readonly high: number } | undefined {
  switch (objective.kind) {
    case 'consistency':
    case 'diffusion':
      return { low: objective.noise.sigmaMin, high: objective.noise.sigmaMax };
    case 'easyConsistency':
      return { low: 0.002, high: objective.noise.sigmaMax };
    case 'meanFlow':
      return undefined;
  }
}

/** Diffusion models need many steps; the others are made for one. */
export const usualSteps = ({ config }: Model): number => (config.objective.kind === 'diffusion' ? 32 : 1);

/** The names of the kinds of pictures that a run can be asked for. */
export const classNames = ({ plan }: Model): readonly string[] => (plan.classes ?? []).map(({ name }) => name);

/** Whether the model learned what a picture of no kind is: without that, a kind must be chosen and there is no guidance. */
export function knowsNoClass({ config: { classes }, plan }: Model): boolean {
  if (classes.kind === 'none' || classes.dropout > 0) return true;
  return plan.trainingPictures > (plan.classes ?? []).reduce((sum, { pictures }) => sum + pictures, 0);
}

export function usualForm(run: Model): SamplingForm {
  const high = noiseOf(run)?.high ?? 80;
  return {
    mode: 'nfe',
    nfe: usualSteps(run),
    levels: 641,
    indices: '0, 420',
    sigmas: `${formatPlain(high)}, ${formatPlain(Number((high / 150).toPrecision(1)))}`,
    average: 0,
    class: knowsNoClass(run) ? null : 0,
    guidance: 1,
  };
}

/** What was remembered of a run, as far as it still suits it. */
export function formFor(run: Model, remembered: Partial<SamplingForm> | undefined): SamplingForm {
  const form = { ...usualForm(run), ...remembered };
  const names = classNames(run);
  const isKnown = form.class === null ? knowsNoClass(run) : form.class < names.length;
  return {
    ...form,
    mode: noiseOf(run) ? form.mode : 'nfe',
    average: form.average < run.plan.emaRates.length ? form.average : 0,
    class: isKnown ? form.class : usualForm(run).class,
  };
}

/** The form that asks for the same again. */
export function formOf({ steps, average, class: kind, guidance }: SamplingRequest): Partial<SamplingForm> {
  const others = { average, class: kind, guidance };
  switch (steps.kind) {
    case 'nfe':
      return { mode: 'nfe', nfe: steps.nfe, ...others };
    case 'indices':
      return { mode: 'indices', levels: steps.levels, indices: steps.indices.join(', '), ...others };
    case 'sigmas':
      return { mode: 'sigmas', sigmas: steps.sigmas.join(', '), ...others };
  }
}

/** The numbers of a text like `0, 420`; NaN for what is no number. */
const numbersIn = (text: string): number[] =>
  text
    .split(/[,;\s]+/)
    .filter((part) => part !== '')
    .map(Number);

function listProblem(values: readonly number[], what: string, example: string): string | undefined {
  if (values.length === 0) return `Enter ${what}, as “${example}”.`;
  if (values.some((value) => !Number.isFinite(value)))
    return `Enter numbers with commas between them, as “${example}”.`;
  return values.length > mostNfe ? `Enter at most ${mostNfe} numbers.` : undefined;
}

function indicesProblem(text: string, levels: number): string | undefined {
  const indices = numbersIn(text);
  const problem = listProblem(indices, 'one index or more', '0, 420');
  if (problem !== undefined) return problem;
  // The last level is the end itself; papers write it at the end of their lists, but alone it is no way.
  if (indices.some((i) => !Number.isInteger(i) || i < 0 || i >= levels))
    return `Enter whole numbers from 0 to ${formatCount(levels - 1)}.`;
  if (indices.some((i, at) => at > 0 && i <= indices[at - 1]!))
    return 'Each index must be greater than the one before.';
  return indices[0] === levels - 1 ? 'Begin with a smaller index: at the last one nothing changes.' : undefined;
}

function sigmasProblem(
  text: string,
  { low, high }: { readonly low: number; readonly high: number },
): string | undefined {
  const sigmas = numbersIn(text);
  const problem = listProblem(sigmas, 'one noise level or more', `${formatPlain(high)}, 0.5`);
  if (problem !== undefined) return problem;
  if (sigmas.some((sigma) => sigma < low || sigma > high))
    return `Enter noise levels from ${formatPlain(high)} down to ${formatPlain(low)}.`;
  if (sigmas.some((sigma, at) => at > 0 && sigma >= sigmas[at - 1]!))
    return 'Each noise level must be smaller than the one before.';
  return sigmas[0] === low ? 'Begin with more noise: at the least, nothing changes.' : undefined;
}

/** What is wrong with what will be asked for; what does not matter now is not looked at. */
export function samplingProblems(form: SamplingForm, run: Model): Partial<Record<SamplingField, string>> {
  const problems: Partial<Record<SamplingField, string>> = {};
  const set = (field: SamplingField, text: string | undefined) => {
    if (text !== undefined) problems[field] = text;
  };
  const range = noiseOf(run);
  if (form.mode === 'nfe' || range === undefined)
    set(
      'nfe',
      Number.isInteger(form.nfe) && form.nfe >= 1 && form.nfe <= mostNfe ? undefined : `Enter 1 to ${mostNfe} steps.`,
    );
  else if (form.mode === 'indices') {
    const isGrid = Number.isInteger(form.levels) && form.levels >= 2 && form.levels <= mostLevels;
    set('levels', isGrid ? undefined : `Enter a whole number from 2 to ${formatCount(mostLevels)}.`);
    if (isGrid) set('indices', indicesProblem(form.indices, form.levels));
  } else set('sigmas', sigmasProblem(form.sigmas, range));
  if (asksForGuidance(form, run))
    set(
      'guidance',
      form.guidance >= 0 && form.guidance <= mostGuidance ? undefined : `Enter a number from 0 to ${mostGuidance}.`,
    );
  return problems;
}

/** Guidance pushes a picture towards its kind, away from pictures of no kind: both must be there. */
export const asksForGuidance = (form: SamplingForm, run: Model): boolean =>
  form.class !== null && classNames(run).length > 0 && knowsNoClass(run);

export function requestOf(form: SamplingForm, run: Model): SamplingRequest {
  const mode = noiseOf(run) ? form.mode : 'nfe';
  const steps = {
    nfe: { kind: 'nfe', nfe: form.nfe },
    indices: { kind: 'indices', levels: form.levels, indices: numbersIn(form.indices) },
    sigmas: { kind: 'sigmas', sigmas: numbersIn(form.sigmas) },
  } as const;
  return {
    steps: steps[mode],
    average: form.average,
    class: form.class,
    guidance: asksForGuidance(form, run) ? form.guidance : 1,
  };
}

/** `0.9999, forgets half in 6,931 steps` */
export function averageWords(rate: number): string {
  if (rate === 0) return 'the latest step alone';
  return `rate ${formatPlain(rate, 6)}, half in ${count(Math.max(1, Math.round(Math.log(0.5) / Math.log(rate))), 'step')}`;
}

/** How a picture was asked for, beyond the usual: `the indices 0, 420 of 641 levels`. */
export function stepsWords(steps: SamplingRequest['steps']): string | undefined {
  switch (steps.kind) {
    case 'nfe':
      return undefined;
    case 'indices':
      return `at the indices ${steps.indices.join(', ')} of ${formatCount(steps.levels)} levels`;
    case 'sigmas':
      return `at the noise levels ${steps.sigmas.map((sigma) => formatPlain(sigma, 6)).join(', ')}`;
  }
}

/** Forms of several runs, as the window keeps them; what is no form (any more) is forgotten. */
export function parseForms(stored: unknown): Readonly<Record<string, Partial<SamplingForm>>> | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined;
  return Object.fromEntries(Object.entries(stored).flatMap(([key, form]) => (isForm(form) ? [[key, form]] : [])));
}

function isForm(form: unknown): form is SamplingForm {
  if (typeof form !== 'object' || form === null) return false;
  const {
    mode,
    nfe,
    levels,
    indices,
    sigmas,
    average,
    class: kind,
    guidance,
  } = form as Readonly<Record<string, unknown>>;
  return (
    ['nfe', 'indices', 'sigmas'].includes(mode as string) &&
    [nfe, levels, average, guidance].every((value) => typeof value === 'number') &&
    [indices, sigmas].every((value) => typeof value === 'string') &&
    (kind === null || typeof kind === 'number')
  );
}
