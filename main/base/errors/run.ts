/** Errors of training runs, sampling and the gallery. */
import { formatBytes } from '../bytes.ts';
import { entry, listed } from './words.ts';

export const runErrors = {
  'run.unknown': entry<{ run: string; known: readonly string[] }>('user', ({ run, known }) => ({
    what: `There is no run “${run}” in this project.`,
    means: 'Nothing was started.',
    advice: known.length === 0 ? 'Train a model first.' : `Choose one of: ${listed(known, 10)}.`,
  })),
  'run.unknownPreset': entry<{ preset: string; known: readonly string[] }>('user', ({ preset, known }) => ({
    what: `There is no preset called “${preset}”.`,
    means: 'Nothing was started.',
    advice: `Choose one of: ${listed(known, 10)}.`,
  })),
  'run.badConfig': entry<{ source: string; problems: readonly string[] }>('user', ({ source, problems }) => ({
    what: `The settings in ${source} can not be used: ${problems.join('; ')}.`,
    means: 'Nothing was started.',
    advice: 'Correct these settings and start again.',
  })),
  'run.networkDoesNotFit': entry<{ width: number; height: number; cell: number }>(
    'user',
    ({ width, height, cell }) => ({
      what: `This network divides its latents into cells of ${cell} × ${cell}, and ${width} × ${height}, the size of these pictures' latents, can not be divided so.`,
      means: 'Nothing was started.',
      advice:
        'Choose smaller cells (a DiT) or fewer levels (a U-Net), or import the pictures again at another size: 64, 128 and 256 suit every network.',
    }),
  ),
  'run.noCheckpoint': entry<{ run: string }>('user', ({ run }) => ({
    what: `The run “${run}” has no checkpoint yet.`,
    means: 'There is nothing to resume or to sample from.',
    advice: 'Let it train a little longer, or start a new run.',
  })),
  'run.startDiffers': entry<{ run: string; differences: readonly string[] }>('user', ({ run, differences }) => ({
    what: `This run can not start from the weights of “${run}”: ${differences.join('; ')}.`,
    means: 'Nothing was started.',
    advice: 'Choose the same network and pictures of the same size, or start from nothing.',
  })),
  'run.waitsForDisk': entry<{ problem: string; step: number }>('environment', ({ problem, step }) => ({
    what: `Training can not go on for now. ${problem}`,
    means: `Training waits at step ${step}, whole in memory: nothing is lost while the studio stays open.`,
    advice: 'Free some space, or see to the drive. The studio tries again every ten seconds, and at once on Resume.',
  })),
  'run.notFinite': entry<{ step: number; count: number }>('user', ({ step, count }) => ({
    what: `At step ${step} the numbers of the training stopped being finite ${count} times in a row (NaN).`,
    means: 'Each of these steps was rolled back, so the weights are the last good ones. The run is paused.',
    advice: 'Start a new run with half the learning rate, or resume this one to try again from here.',
  })),
  'run.keepsCrashing': entry<{ step: number; count: number; what: string }>('environment', ({ step, count, what }) => ({
    what: `The engine stopped ${count} times in a row before it could save more than step ${step}. ${what}`,
    means: 'The run was not started again by itself. What was saved is kept, and it can be resumed from there.',
    advice: 'Resume it, or start a new run with a smaller batch, a smaller model or another device.',
  })),
  'run.doesNotFit': entry<{ needed: number; free?: number | undefined; reason?: string }>(
    'environment',
    ({ needed, free, reason = '' }) => ({
      what: `There is not enough memory to train this model, even with one picture at a time. By our estimate that takes ${formatBytes(needed)}; ${free === undefined ? 'the device does not say how much is free' : `${formatBytes(free)} are free`}. ${reason}`.trim(),
      means: 'Training ended. Steps up to the last checkpoint are kept, if there is one.',
      advice:
        'Choose a smaller model (width, depth or larger cells), switch on “Compute layers twice”, or close other programs.',
    }),
  ),
  'run.alreadyRunning': entry<{ run: string }>('user', ({ run }) => ({
    what: `The run “${run}” is already training.`,
    means: 'Nothing was started.',
    advice: 'Stop or pause it first.',
  })),
  'run.latentsChanged': entry<{ run: string }>('user', ({ run }) => ({
    what: `The latents that the run “${run}” was trained on are not in the project any more.`,
    means: 'It was not resumed: it would go on with other data.',
    advice: 'Encode the same pictures with the same VAE again, or start a new run.',
  })),
  'sample.badNfe': entry<{ nfe: number }>('user', ({ nfe }) => ({
    what: `Pictures can be made in 1 or 2 steps, not ${nfe}.`,
    means: 'Nothing was made.',
    advice: 'Choose 1 (fastest) or 2 (a little better).',
  })),
  'grid.tooLarge': entry<{ megapixels: number; most: number }>('user', ({ megapixels, most }) => ({
    what: `The grid would have ${Math.round(megapixels)} megapixels; ${most} is the most.`,
    means: 'Nothing was made and no time was spent on it.',
    advice: 'Choose fewer rows or columns.',
  })),
} as const;
