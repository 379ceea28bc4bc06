/** The sets of latents that the project keeps. */
import { untrack } from 'svelte';
import type { AppState } from '../../app/app-state.svelte.ts';
import { Throttle } from '../../app/throttle.ts';
import type { LatentCache } from '../../api/studio.ts';
import { cleanUpQuestion, deletionQuestion, unneeded } from './sets-view.ts';
import type { VaesState } from './vaes.svelte.ts';

export class SetsState {
  readonly #app: AppState;
  readonly #vaes: VaesState;
  list = $state.raw<readonly LatentCache[]>([]);
  loaded = $state(false);
  busy = $state(false);
  // While pictures are imported or encoded the project changes many times a second.
  readonly #refresh = new Throttle(1000, () => void this.load());

  readonly chosen = $derived.by(() => this.list.find(({ chosen }) => chosen));

  constructor(app: AppState, vaes: VaesState) {
    this.#app = app;
    this.#vaes = vaes;
  }

  reset(): void {
    this.list = [];
    this.loaded = false;
  }

  /** Keeps the list like the project: call it in an effect. */
  follow(): void {
    const { project, connection } = this.#app;
    if (project === null) return;
    const { latents, pictures, runs } = project;
    void [connection, latents.encoded, latents.complete, latents.vae, pictures.used, runs.length];
    untrack(() => this.#refresh.request());
  }

  async load(): Promise<void> {
    const path = this.#app.project?.path;
    if (path === undefined) return;
    const list = await this.#app.attempt(this.#app.studio.call['latents.caches']({}));
    if (list === undefined || path !== this.#app.project?.path) return;
    this.list = list;
    this.loaded = true;
  }

  async use({ key }: LatentCache): Promise<void> {
    this.busy = true;
    await this.#app.attempt(this.#app.studio.call['latents.use']({ key }));
    await this.load();
    this.busy = false;
  }

  async remove(set: LatentCache): Promise<void> {
    if (await this.#app.confirm(deletionQuestion(set, this.#vaes.titleOf(set.vae.name)))) await this.#delete([set]);
  }

  async cleanUp(): Promise<void> {
    const sets = unneeded(this.list);
    if (sets.length > 0 && (await this.#app.confirm(cleanUpQuestion(sets)))) await this.#delete(sets);
  }

  async #delete(sets: readonly LatentCache[]): Promise<void> {
    this.busy = true;
    await this.#app.attempt(this.#app.studio.call['latents.delete']({ keys: sets.map(({ key }) => key) }));
    await this.load();
    this.busy = false;
  }
}
