/**
 * Quitting never loses training: while a run trains it asks, and whatever the answer, the studio is closed, which
 * writes a checkpoint, before the program ends.
 */
import type { MessageBoxOptions } from 'electron';
import type { Training } from './training.ts';

export interface QuitPorts {
  readonly training: Pick<Training, 'current' | 'onEnd'>;
  ask(question: MessageBoxOptions): Promise<number>;
  /** Saves what trains and ends the engine. */
  closeStudio(): Promise<void>;
  /** Ends the program at once. */
  exit(): void;
  hideWindows(): void;
}

export interface Quit {
  /** The person wants to go: asks while a run trains. */
  request(): Promise<void>;
  /** The system or the terminal ends the program: saves without asking. */
  now(): Promise<void>;
  /** The window was opened again: training in the background has an audience. */
  windowShown(): void;
}

const buttons = ['Save and quit', 'Keep training in the background', 'Cancel'];

export function createQuit({ training, ask, closeStudio, exit, hideWindows }: QuitPorts): Quit {
  let phase: 'open' | 'asking' | 'background' | 'closing' = 'open';

  async function now(): Promise<void> {
    if (phase === 'closing') return;
    phase = 'closing';
    try {
      await closeStudio();
    } finally {
      exit();
    }
  }

  training.onEnd(() => {
    if (phase === 'background') void now();
  });

  return {
    now,
    async request() {
      if (phase === 'asking' || phase === 'closing') return;
      if (!training.current) return now();
      phase = 'asking';
      const choice = await ask({
        type: 'question',
        title: 'Cauchy Studio',
        message: 'A run is in training.',
        detail:
          '“Save and quit” writes a checkpoint; the run can be resumed from it. In the background it goes on without a ' +
          'window until it is finished: start the studio again to see it.',
        buttons,
        defaultId: 0,
        cancelId: 2,
        noLink: true,
      });
      if (phase !== 'asking') return;
      phase = 'open';
      if (choice === 0) return now();
      if (choice !== 1) return;
      // It may have finished while the question was on the screen.
      if (!training.current) return now();
      phase = 'background';
      hideWindows();
    },
    windowShown() {
      if (phase === 'background') phase = 'open';
    },
  };
}
