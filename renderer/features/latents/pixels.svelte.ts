/** State of the comparison with pixels: their statistics, once somebody had them measured. */
import { untrack } from 'svelte';
import type { AppState } from '../../app/app-state.svelte.ts';
import { isActive } from '../../app/places.ts';
import type { LatentStatistics, PixelStatistics } from '../../api/studio.ts';

export class PixelsState {
  readonly #app: AppState;
  readonly #latents: { readonly statistics: LatentStatistics | null };
  /** Null before they were measured, undefined before that is known. */
  statistics = $state.raw<PixelStatistics | null>();
  starting = $state(false);
  #generation = 0;

  readonly job = $derived.by(() => this.#app.activeJobs.find(({ kind }) => kind === 'pixels'));

  /** Changes when there may be something new; a job that moves on is nothing new. */
  readonly #state = $derived.by(() => {
    const { project, connection, jobList } = this.#app;
    const ended = jobList.filter((job) => job.kind === 'pixels' && !isActive(job));
    return project ? [project.path, connection, ...ended.map(({ id }) => id)].join(' ') : undefined;
  });

  constructor(app: AppState, latents: { readonly statistics: LatentStatistics | null }) {
    this.#app = app;
    this.#latents = latents;
  }

  reset(): void {
    this.#generation += 1;
    this.statistics = undefined;
  }

  /** Reads them whenever there are other latents, or pixels were measured: call it in an effect. */
  follow(): void {
    if (this.#state === undefined || this.#latents.statistics === null) return;
    untrack(() => void this.#load());
  }

  async measure(): Promise<void> {
    this.starting = true;
    await this.#app.attempt(this.#app.studio.call['latents.measurePixels']({}));
    this.starting = false;
  }

  async #load(): Promise<void> {
    const generation = ++this.#generation;
    const found = await this.#app.attempt(this.#app.studio.call['latents.pixelStatistics']({}));
    if (generation === this.#generation && found !== undefined) this.statistics = found;
  }
}
