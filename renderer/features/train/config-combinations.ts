/** Values that are fine alone and not together, or not with this project. */
import type { RunConfig, RunRecord } from '../../api/studio.ts';
import { count } from '../../text/format.ts';

export interface Problem {
  readonly path: string;
  readonly text: string;
}

/** What there is in the project, as far as it is known. */
export interface Surroundings {
  /** Channels, height, width. */
  readonly latentShape?: readonly [number, number, number] | undefined;
  readonly runs?: readonly RunRecord[] | undefined;
}

/** A problem of several values together, shown at one of them. */
interface Combination extends Problem {
  /** The other settings it is about. */
  readonly with: readonly string[];
}

export const combinationProblems = (config: RunConfig, { latentShape, runs }: Surroundings): Combination[] => [
  ...networkProblems(config),
  ...shapeProblems(config, latentShape),
  ...objectiveProblems(config),
  ...startProblems(config, runs),
];

function networkProblems({ network }: RunConfig): Combination[] {
  if (network.kind === 'unet')
    return network.width % network.headChannels === 0
      ? []
      : [
          {
            path: 'network.width',
            with: ['network.headChannels'],
            text: `Enter a multiple of ${network.headChannels}, the channels of an attention head.`,
          },
        ];
  const { width, heads, rope } = network;
  if (width % heads !== 0)
    return [
      {
        path: 'network.heads',
        with: ['network.width'],
        text: `The width, ${width}, can not be shared evenly by ${heads} heads.`,
      },
    ];
  if (width % 4 !== 0) return [{ path: 'network.width', with: [], text: 'Enter a multiple of 4.' }];
  // Rotary positions turn pairs of numbers by two coordinates.
  if (rope && (width / heads) % 4 !== 0)
    return [
      {
        path: 'network.heads',
        with: ['network.width', 'network.rope'],
        text: `With positions by rotation, each head’s share of the width, ${width / heads}, must be a multiple of 4.`,
      },
    ];
  return [];
}

function shapeProblems({ network }: RunConfig, shape: Surroundings['latentShape']): Combination[] {
  if (shape === undefined) return [];
  const [, height, width] = shape;
  const cell = network.kind === 'dit' ? network.patch : 2 ** (network.multipliers.length - 1);
  if (height % cell !== 0 || width % cell !== 0)
    return [
      {
        path: network.kind === 'dit' ? 'network.patch' : 'network.multipliers',
        with: [],
        text:
          network.kind === 'dit'
            ? `Latents of ${height} × ${width} can not be divided into cells of ${cell}.`
            : `Latents of ${height} × ${width} can not be halved ${count(network.multipliers.length - 1, 'time')}; enter fewer levels.`,
      },
    ];
  if (network.kind === 'unet' && network.norm === 'instance' && height === cell)
    return [
      {
        path: 'network.norm',
        with: ['network.multipliers'],
        text: 'The coarsest level is a single cell, which instance normalisation would make zero. Choose another, or fewer levels.',
      },
    ];
  return [];
}

function objectiveProblems({ objective }: RunConfig): Combination[] {
  const problems: Combination[] = [];
  if (
    (objective.kind === 'consistency' || objective.kind === 'diffusion') &&
    objective.noise.sigmaMax <= objective.noise.sigmaMin
  )
    problems.push({
      path: 'objective.noise.sigmaMax',
      with: ['objective.noise.sigmaMin'],
      text: 'Enter more than the least noise.',
    });
  if (objective.kind === 'consistency' && objective.curriculum.s1 < objective.curriculum.s0)
    problems.push({
      path: 'objective.curriculum.s1',
      with: ['objective.curriculum.s0'],
      text: 'Enter at least as many levels as at the start.',
    });
  return problems;
}

/** Why a run can not lend its weights to this configuration; undefined when it can. */
export function lendingProblem({ network }: RunConfig, { config, step }: RunRecord): string | undefined {
  if (step === 0) return 'nothing saved yet';
  // Settings that a schema filled in are in one order, so texts can be compared.
  return JSON.stringify(config.network) === JSON.stringify(network) ? undefined : 'another network';
}

function startProblems(config: RunConfig, runs: Surroundings['runs']): Combination[] {
  const { startFrom } = config;
  if (startFrom === null || runs === undefined) return [];
  const path = 'startFrom';
  const run = runs.find(({ id }) => id === startFrom.run);
  if (run === undefined) return [{ path, with: [], text: 'That run is not in this project. Choose another.' }];
  const problem = lendingProblem(config, run);
  return problem === undefined ? [] : [{ path, with: [], text: `“${run.name}” can not lend its weights: ${problem}.` }];
}
