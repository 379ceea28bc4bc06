/** Keeps the computer awake while a run trains, and only then. The display may sleep. */
import { powerSaveBlocker } from 'electron';
import type { Training } from './training.ts';

export function keepAwake(training: Training): void {
  let blocker: number | undefined;
  training.onChange((job) => {
    const isTraining = job?.status === 'running';
    if (isTraining && blocker === undefined) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!isTraining && blocker !== undefined) {
      powerSaveBlocker.stop(blocker);
      blocker = undefined;
    }
  });
}
