/** What a run leaves for people: its record, its log, and the word to whoever watches. */
import type { StudioError } from '../base/errors.ts';
import { deviceTerms } from '../engine/schema.ts';
import type { RunLogRow, RunRecord, RunStatus } from '../runs/schema.ts';
import type { LoopEnd, LoopPosition, Trouble } from '../training/loop.ts';
import { addToLog, writeRun } from '../runs/store.ts';
import type { AnyRun } from '../runs/store.ts';

export type RunDevice = NonNullable<RunRecord['device']>;
const deviceWords = ({ kind, name }: RunDevice): string => `${name} (${deviceTerms[kind]})`;

export const startedWords = (device: RunDevice, steps: number): string =>
  `Started on ${deviceWords(device)}: ${steps.toLocaleString('en')} steps are planned.`;

/** @param before what the run trained on until then, as far as it is known */
export function resumedWords(device: RunDevice, before: RunDevice | undefined, isSaved: boolean): string {
  const on = deviceWords(device);
  if (!isSaved) return `Begun again on ${on}: nothing had been saved.`;
  const words = `Resumed from the checkpoint of this step on ${on}`;
  return before === undefined || deviceWords(before) === on
    ? `${words}.`
    : `${words}; until here it trained on ${deviceWords(before)}, so figures can differ by rounding from here on.`;
}

const troubleWords = {
  rolledBack: ({ count }: TroubleOf<'rolledBack'>): string =>
    count === 1
      ? 'The numbers of this step were not finite (NaN). It was rolled back: nothing of it is in the weights.'
      : `${count.toLocaleString('en')} steps were rolled back by now, because their numbers were not finite (NaN).`,
  halved: ({ count, learningRate }: TroubleOf<'halved'>): string =>
    `${count.toLocaleString('en')} steps were rolled back because their numbers were not finite (NaN), so the learning rate is halved: from here on it is ${Number(learningRate.toPrecision(6))}.`,
};
type TroubleOf<K extends Trouble['kind']> = Extract<Trouble, { kind: K }>;

/** What the log says of steps that are not finite. */
const wordsOf = (trouble: Trouble): string =>
  trouble.kind === 'halved' ? troubleWords.halved(trouble) : troubleWords.rolledBack(trouble);

/** What the log says of an end; that of a run with an error is its error. */
export const endWords: Partial<Record<RunStatus, string>> = {
  finished: 'Finished.',
  stopped: 'Stopped, with a checkpoint.',
};

/** What a record keeps of a position. */
export const kept = ({ step, seconds, skipped, halvings }: LoopPosition) => ({ step, seconds, skipped, halvings });

/** What becomes of a run whose loop ended so. */
export function statusOf({ reason }: LoopEnd): RunStatus {
  if (reason === 'stopped') return 'stopped';
  return reason === 'notFinite' ? 'paused' : 'finished';
}

export function errorOf(end: LoopEnd): Pick<RunRecord, 'error'> {
  return end.reason === 'notFinite' ? { error: { code: end.error.code, ...end.error.words } } : {};
}

export class RunJournal<R extends AnyRun> {
  readonly #project: string;
  readonly #onRecord: (record: R) => void;

  constructor(project: string, onRecord: (record: R) => void) {
    this.#project = project;
    this.#onRecord = onRecord;
  }

  async save(record: R): Promise<void> {
    await writeRun(this.#project, record);
    this.#onRecord(record);
  }

  /** For a state that the disk may miss: a paused run and a running one are found alike after a crash. */
  async saveIfPossible(record: R): Promise<void> {
    try {
      await this.save(record);
    } catch {
      this.#onRecord(record);
    }
  }

  async note({ id, step }: AnyRun, text: string, kind: RunLogRow['kind'] = 'note'): Promise<void> {
    await addToLog(this.#project, id, { at: new Date().toISOString(), step, kind, text });
  }

  /** Tells of steps that are not finite. A full disk must not cost the step after them; the metrics say the same. */
  async trouble(record: R, trouble: Trouble): Promise<void> {
    if (trouble.kind === 'halved') await this.saveIfPossible(record);
    await this.note({ ...record, step: trouble.step }, wordsOf(trouble), 'trouble').catch(() => undefined);
  }

  /** Keeps what can be kept of a failure; the error itself goes on to whoever asked for the run. */
  async failed(record: R, { code, words }: StudioError): Promise<void> {
    const failed: R = { ...record, status: 'failed', error: { code, ...words } };
    // The disk that made the run fail may refuse this, too; the window hears of it all the same.
    await this.saveIfPossible(failed);
    await this.note(failed, words.what, 'trouble').catch(() => undefined);
  }
}
