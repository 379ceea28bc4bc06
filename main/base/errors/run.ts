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
  'run.unknownCheckpoint': entry<{ run: string; step: number; known: readonly number[] }>(
    'user',
    ({ run, step, known }) => ({
      what: `The run “${run}” has no checkpoint of step ${step}; it keeps its newest two.`,
      means: 'Nothing was measured.',
      advice: known.length === 0 ? 'Let it train a little longer.' : `Choose one of: ${listed(known.map(String), 8)}.`,
    }),
  ),
  'run.noTeacher': entry<{ run: string }>('user', ({ run }) => ({
    what: `The run “${run}” trains without a teacher, so there is no difference between student and teacher.`,
    means: 'Nothing was measured.',
    advice: 'Choose a run of consistency training or of Easy Consistency Tuning.',
  })),
  'run.noDiscretisationStep': entry<{ asked: number; last: number }>('user', ({ asked, last }) => ({
    what: `There is no discretisation step ${asked} at this checkpoint; they count from 0 to ${last}.`,
    means: 'Nothing was measured.',
    advice: `Choose steps from 0 to ${last}, or leave the choice to the studio.`,
  })),
  'run.residualsNotFinite': entry<{ run: string; step: number; sigma: number }>('user', ({ run, step, sigma }) => ({
    what: `At noise level ${sigma}, the outputs of the run “${run}” after ${step} steps are not finite (NaN or infinity).`,
    means: 'Nothing was stored. The checkpoint is as it was.',
    advice: 'Measure an earlier checkpoint, or train in full precision.',
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
    what: `At step ${step} the numbers of the training have stopped being finite (NaN): ${count} steps did not take place, and not one did since the learning rate was last halved.`,
    means: 'Each of these steps was rolled back, so the weights are the last good ones. The run is paused.',
    advice:
      'Start a new run with a tenth of the learning rate or with clipped gradients, or resume this one to try again from here.',
  })),
  'run.noAverage': entry<{ run: string; index: number; known: readonly string[] }>('user', ({ run, index, known }) => ({
    what: `The run “${run}” keeps no average of its weights with the number ${index}.`,
    means: 'Nothing was made.',
    advice: `Choose one of: ${listed(known, 8)}.`,
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
  'run.picturesChanged': entry<{ run: string }>('user', ({ run }) => ({
    what: `The pictures that the run “${run}” was trained on are not those in the project any more.`,
    means: 'It was not resumed: it would go on with other pictures. The VAE that it made until then can be used.',
    advice: 'Bring the same pictures back, or start a new run.',
  })),
  'run.noClasses': entry<{ found: readonly string[] }>('user', ({ found }) => ({
    what: `The pictures have ${found.length === 1 ? `one class, ${listed(found)}` : 'no classes'}; a model that knows classes needs at least two.`,
    means: 'Training was not started.',
    advice:
      'Sort the pictures into folders, one for each class, and import the folder that holds these folders again: nothing is decoded or encoded twice. Or train without classes.',
  })),
  'run.otherClasses': entry<{ asked: number; found: readonly string[] }>('user', ({ asked, found }) => ({
    what: `The settings ask for ${asked} classes, and the pictures have ${found.length}: ${listed(found, 8)}.`,
    means: 'Training was not started.',
    advice: `Set the number of classes to ${found.length}, or to “auto”.`,
  })),
  'run.classesChanged': entry<{ run: string; had: readonly string[]; has: readonly string[] }>(
    'user',
    ({ run, had, has }) => ({
      what: `The run “${run}” learns the classes ${listed(had, 8)}; the pictures are sorted into ${has.length === 0 ? 'no classes' : listed(has, 8)} now.`,
      means: 'It was not resumed: it would go on with other data.',
      advice: 'Sort the pictures as they were and import them again, or start a new run.',
    }),
  ),
  'sample.unknownClass': entry<{ wanted: string; known: readonly string[] }>('user', ({ wanted, known }) => ({
    what: known.length === 0 ? 'This run knows no classes.' : `This run knows no class “${wanted}”.`,
    means: 'Nothing was made.',
    advice:
      known.length === 0
        ? 'Ask for pictures without a class, or train a run with classes.'
        : `Choose one of: ${listed(known, 20)}.`,
  })),
  'sample.badGuidance': entry<{ guidance: number; problem: string }>('user', ({ guidance, problem }) => ({
    what: `Pictures can not be made with guidance ${guidance}: ${problem}.`,
    means: 'Nothing was made.',
    advice: 'Choose 1 (none), or a number from 0 to 20 together with a class; 1.5 is a usual one.',
  })),
  'sample.needsClass': entry<{ run: string; known: readonly string[] }>('user', ({ run, known }) => ({
    what: `The run “${run}” was told the class of every picture, so it does not know pictures without one.`,
    means: 'Nothing was made.',
    advice: `Choose a class (${listed(known, 20)}) without guidance, or train a run that keeps some classes from the network (class dropout).`,
  })),
  'sample.badSteps': entry<{ problem: string; enter: string }>('user', ({ problem, enter }) => ({
    what: `These sampling steps can not be made: ${problem}.`,
    means: 'Nothing was made.',
    advice: `Enter ${enter}.`,
  })),
  'grid.tooLarge': entry<{ megapixels: number; most: number }>('user', ({ megapixels, most }) => ({
    what: `The grid would have ${Math.round(megapixels)} megapixels; ${most} is the most.`,
    means: 'Nothing was made and no time was spent on it.',
    advice: 'Choose fewer rows or columns.',
  })),
} as const;
