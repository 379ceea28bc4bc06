/** What to do about the loss, in one sentence with its reason. */
import type { ResidualLens, RobustLoss } from '../../../api/studio.ts';
import type { Verdict } from '../../../../main/latents/views/advice.ts';
import { driveWords, drivenBy, lossNames } from './lens-view.ts';

/** Shares of the update that are less apart than this, in all, are as good as the same. */
const little = 0.05;
/** A loss that leaves the largest 1 % more than this part of what L2 gives them hardly holds them back. */
const hardly = 0.8;

export function lensAdvice(lens: ResidualLens, isOwnC: boolean): Verdict {
  const own = lens.loss;
  const of = (loss: RobustLoss) => drivenBy(lens, loss) ?? 0;
  const [l2, driven, name] = [of('l2'), of(own), lossNames[own]];
  const here = isOwnC ? 'now' : 'at this c';
  const others = lens.losses.map(({ loss }) => of(loss));
  const warned = lens.losses.find(({ loss, warning }) => loss === own && warning);
  if (warned)
    return {
      title: `This c is too small: ${name} takes ${driveWords(warned.suppressed)} of the ordinary samples for outliers.`,
      text: isOwnC
        ? 'Residuals shrink as a model learns, so train longer first. Where that does not help, drag c to the right until the warning goes, and give the next run such a c.'
        : 'Nine tenths of the samples are what there is to learn. Drag c to the right, or go back to the run’s own c.',
    };
  if (Math.max(...others) - Math.min(...others) < little)
    return {
      title: `The losses hardly differ ${isOwnC ? 'here' : 'at this c'}: the 1 % largest residuals drive ${driveWords(l2)} of the update under L2 and ${driveWords(own === 'l2' ? of('cauchy') : driven)} under ${lossNames[own === 'l2' ? 'cauchy' : own]}.`,
      text:
        l2 < little
          ? 'No samples stand out by far, so any of the four losses will do, and nothing has to be changed.'
          : 'This c is larger than nearly all residuals, where all losses pull like L2. A smaller c would tell them apart.',
    };
  if (own === 'l2')
    return {
      title: `Cauchy is the better choice: the 1 % largest residuals drive ${driveWords(l2)} of the update under L2, and would drive ${driveWords(of('cauchy'))} under Cauchy.`,
      text: 'L2 listens most to the samples that are farthest off, broken pictures among them. Choose the Cauchy loss for the next run.',
    };
  if (driven > hardly * l2)
    return {
      title: `${name} holds little back ${here}: the 1 % largest residuals drive ${driveWords(driven)} of the update, and would drive ${driveWords(l2)} under L2.`,
      text: 'This c is larger than most of them, where all losses pull like L2. With a smaller c they count less.',
    };
  if (own === 'pseudoHuber' && driven - of('cauchy') >= little)
    return {
      title: `Cauchy would fit better: the 1 % largest residuals drive ${driveWords(driven)} of the update ${here}, and would drive ${driveWords(of('cauchy'))} under Cauchy.`,
      text: 'Pseudo-Huber bounds the pull of a sample but never lets go of it; the pull of the Cauchy loss falls for samples that are far off.',
    };
  return {
    title: `${name} fits: the 1 % largest residuals would drive ${driveWords(l2)} of the update under L2, and drive ${driveWords(driven)} ${here}.`,
    text:
      own === 'pseudoHuber'
        ? 'A few samples are far off. Pseudo-Huber bounds their pull, so they can not throw the training off course.'
        : `A few samples are far off. ${name} pulls less the farther they are, so they can not throw the training off course.`,
  };
}
