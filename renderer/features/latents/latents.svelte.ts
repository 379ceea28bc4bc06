/** State of the Latents place: the chosen VAE and the statistics of what was encoded. */
import { untrack } from 'svelte';
import type { AppState } from '../../app/app-state.svelte.ts';
import type { LatentStatistics } from '../../api/studio.ts';

export class LatentsState {
  readonly #app: AppState;
  statistics = $state.raw<LatentStatistics | null>(null);
  /** The person's choice; the studio's first VAE until then. */
  chosen = $state<string>();
  starting = $state(false);
  /** Encoding again although latents are there. */
  again = $state(false);

  readonly job = $derived.by(() => this.#app.activeJobs.find(({ kind }) => kind === 'encode'));
  readonly vae = $derived.by(() => this.chosen ?? this.#app.project?.latents.vae ?? this.#app.info?.vaes[0]?.name);

  constructor(app: AppState) {
    this.#app = app;
  }

  /** Another project is open. */
  reset(): void {
    this.statistics = null;
    this.chosen = undefined;
    this.again = false;
  }

  /** Fetches the statistics whenever there are new ones: call it in an effect. */
  follow(): void {
    const latents = this.#app.project?.latents;
    const complete = latents?.complete ?? false;
    void [this.#app.project?.path, latents?.vae, latents?.encoded];
    untrack(() => {
      if (complete) void this.#load();
      else this.statistics = null;
    });
  }

  async encode(): Promise<void> {
    if (this.vae === undefined) return;
    this.starting = true;
    await this.#app.attempt(this.#app.studio.call['latents.encode']({ vae: this.vae }));
    this.starting = false;
    this.again = false;
  }

  async #load(): Promise<void> {
    const path = this.#app.project?.path;
    const statistics = await this.#app.attempt(this.#app.studio.call['latents.statistics']({}));
    if (path === this.#app.project?.path && statistics !== undefined) this.statistics = statistics;
  }
}
