/** State of what is done about pictures: the list of it, what is about to be done, and the latents that follow. */
import { untrack } from 'svelte';
import type { AppState } from '../../app/app-state.svelte.ts';
import type { EncodingOptions, LatentCache, Operation, OperationList } from '../../api/studio.ts';

/** A picture that something is to be done about. */
export interface ActPicture {
  readonly id: string;
  readonly name: string;
  readonly file: string;
  /** Of its source, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** The set of latents that counts, of which the next one is made. */
interface Sets {
  readonly chosen: LatentCache | undefined;
}

export class ActState {
  readonly #app: AppState;
  readonly #sets: Sets;
  /** Undefined until it was read. */
  list = $state.raw<OperationList>();
  /** What the dialog is about; undefined while it is closed. */
  about = $state.raw<readonly ActPicture[]>();
  showsList = $state(false);
  busy = $state(false);
  /** What is being encoded is of the pictures as they were when that began, so nothing is changed meanwhile. */
  readonly waits = $derived.by(() => this.#app.activeJobs.some(({ kind }) => kind === 'encode' || kind === 'import'));

  constructor(app: AppState, sets: Sets) {
    this.#app = app;
    this.#sets = sets;
  }

  reset(): void {
    this.list = undefined;
    this.about = undefined;
    this.showsList = false;
  }

  /** Keeps the list like the project, whoever changes it: call it in an effect. */
  follow(): void {
    const { project, connection } = this.#app;
    if (project === null || connection === 'lost') return;
    void [project.path, JSON.stringify(project.adjusted), project.pictures.used];
    untrack(() => void this.#load());
  }

  /** Does it, and puts the latents together again where they are others now; false when it could not be done. */
  async operate(operation: Operation): Promise<boolean> {
    return this.#change(this.#app.studio.call['dataset.operate']({ operation }));
  }

  /** Takes a row of the list back. */
  async undo(id: number): Promise<boolean> {
    return this.#change(this.#app.studio.call['dataset.undo']({ id }));
  }

  async #change(change: Promise<OperationList>): Promise<boolean> {
    // How the latents were made that count now; after the change they may count no longer.
    const set = this.#sets.chosen;
    const { latents } = this.#app.project!;
    this.busy = true;
    try {
      const list = await this.#app.attempt(change);
      if (!list) return false;
      this.list = list;
      if (latents.complete && set) await this.#encodeLike(set);
      return true;
    } finally {
      this.busy = false;
    }
  }

  async #encodeLike({ vae: { name }, posterior, flip, precision }: LatentCache): Promise<void> {
    const { call } = this.#app.studio;
    const now = await this.#app.attempt(call['project.current']({}));
    if (!now || now.latents.complete) return;
    const options: EncodingOptions = { posterior, flip, precision };
    await this.#app.attempt(call['latents.encode']({ vae: name, ...options }));
  }

  async #load(): Promise<void> {
    const path = this.#app.project?.path;
    const list = await this.#app.attempt(this.#app.studio.call['dataset.operations']({}));
    if (list && path === this.#app.project?.path) this.list = list;
  }
}
