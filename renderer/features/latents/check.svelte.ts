/** How well pictures come back from a picture compressor: the last check of each, page by page, the worst first. */
import { untrack } from 'svelte';
import type { AppState } from '../../app/app-state.svelte.ts';
import { isActive } from '../../app/places.ts';
import type { Reconstruction, ReconstructionCheck } from '../../api/studio.ts';
import { pageSize, quickCheck } from './check-view.ts';
import type { VaesState } from './vaes.svelte.ts';

export class CheckState {
  readonly #app: AppState;
  readonly #vaes: VaesState;
  /** The person's choice; the one that encodes until then. */
  chosen = $state<string>();
  howMany = $state<'some' | 'all'>('some');
  offset = $state(0);
  /** The picture that is looked at, large. */
  open = $state<number>();
  check = $state.raw<ReconstructionCheck | null>(null);
  rows = $state.raw<readonly Reconstruction[]>([]);
  loaded = $state(false);
  starting = $state(false);
  #generation = 0;

  readonly vae = $derived.by(() => this.chosen ?? this.#app.project?.latents.vae ?? this.#vaes.list[0]?.name);
  readonly job = $derived.by(() => this.#app.activeJobs.find(({ kind }) => kind === 'reconstruct'));

  constructor(app: AppState, vaes: VaesState) {
    this.#app = app;
    this.#vaes = vaes;
  }

  reset(): void {
    this.chosen = undefined;
    this.#forget();
  }

  choose(vae: string): void {
    if (vae !== this.vae) this.#forget();
    this.chosen = vae;
  }

  #forget(): void {
    this.offset = 0;
    this.open = undefined;
    this.check = null;
    this.rows = [];
    this.loaded = false;
  }

  /** Reads what the last check has found: call it in an effect. */
  follow(): void {
    const { project, connection, jobList } = this.#app;
    const ended = jobList.filter((job) => job.kind === 'reconstruct' && !isActive(job));
    void [connection, this.vae, this.offset, ended.map(({ id }) => id).join()];
    if (project?.path === undefined) return;
    untrack(() => void this.#load());
  }

  async start(): Promise<void> {
    if (this.vae === undefined) return;
    this.starting = true;
    const most = this.howMany === 'some' ? { most: quickCheck } : {};
    const started = await this.#app.attempt(this.#app.studio.call['vaes.check']({ vae: this.vae, ...most }));
    this.starting = false;
    if (started) this.#forget();
  }

  async #load(): Promise<void> {
    const { vae, offset } = this;
    const generation = ++this.#generation;
    if (vae === undefined) return;
    const found = await this.#app.attempt(
      this.#app.studio.call['vaes.reconstructions']({ vae, offset, limit: pageSize }),
    );
    if (generation !== this.#generation || found === undefined) return;
    this.check = found?.check ?? null;
    this.rows = found?.rows ?? [];
    this.loaded = true;
  }
}
