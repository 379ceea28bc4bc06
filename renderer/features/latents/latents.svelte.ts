/** State of the Latents place: what is encoded with, the statistics of what was encoded, and its other sections. */
import { untrack } from 'svelte';
import type { AppState } from '../../app/app-state.svelte.ts';
import type { EncodingOptions, LatentStatistics } from '../../api/studio.ts';
import { ActState } from '../act/act.svelte.ts';
import { CheckState } from './check.svelte.ts';
import { usualOptions } from './encoding-view.ts';
import { ExportState } from './export.svelte.ts';
import { LensState } from './lens/lens.svelte.ts';
import { OutliersState } from './outliers/outliers.svelte.ts';
import { OwnVaeState } from './own.svelte.ts';
import { PixelsState } from './pixels.svelte.ts';
import { SetsState } from './sets.svelte.ts';
import { VaesState } from './vaes.svelte.ts';

export class LatentsState {
  readonly #app: AppState;
  readonly vaes: VaesState;
  readonly sets: SetsState;
  readonly check: CheckState;
  readonly own: OwnVaeState;
  readonly act: ActState;
  readonly outliers: OutliersState;
  readonly pixels: PixelsState;
  readonly exporting: ExportState;
  readonly lens: LensState;
  statistics = $state.raw<LatentStatistics | null>(null);
  /** The person's choice; the studio's first VAE until then. */
  chosen = $state<string>();
  options = $state.raw<EncodingOptions>(usualOptions);
  starting = $state(false);
  /** Encoding again although latents are there. */
  again = $state(false);

  readonly job = $derived.by(() => this.#app.activeJobs.find(({ kind }) => kind === 'encode'));
  readonly vae = $derived.by(() => this.chosen ?? this.#app.project?.latents.vae ?? this.vaes.list[0]?.name);

  constructor(app: AppState) {
    this.#app = app;
    this.vaes = new VaesState(app);
    this.sets = new SetsState(app, this.vaes);
    this.check = new CheckState(app, this.vaes);
    this.own = new OwnVaeState(app);
    this.act = new ActState(app, this.sets);
    this.outliers = new OutliersState(app, this);
    this.pixels = new PixelsState(app, this);
    this.exporting = new ExportState(app);
    this.lens = new LensState(app);
  }

  /** What keeps up with the project, each in an effect of its own. */
  get parts() {
    return [this.vaes, this.sets, this.check, this.own, this.act, this.outliers, this.pixels, this.lens];
  }

  /** Another project is open. */
  reset(): void {
    this.statistics = null;
    this.chosen = undefined;
    this.options = usualOptions;
    this.again = false;
    this.exporting.close();
    for (const part of this.parts) part.reset();
  }

  /** Fetches the statistics whenever there are new ones: call it in an effect. */
  follow(): void {
    const latents = this.#app.project?.latents;
    const complete = latents?.complete ?? false;
    void [this.#app.project?.path, latents?.vae, latents?.encoded, this.sets.chosen?.key];
    untrack(() => {
      if (complete) void this.#load();
      else this.statistics = null;
    });
  }

  /** Goes to where the pictures are encoded with this VAE. */
  encodeWith(vae: string): void {
    this.chosen = vae;
    this.again = true;
    this.#app.go('latents');
  }

  async encode(): Promise<void> {
    if (this.vae === undefined) return;
    this.starting = true;
    await this.#app.attempt(this.#app.studio.call['latents.encode']({ vae: this.vae, ...this.options }));
    this.starting = false;
    this.again = false;
  }

  async #load(): Promise<void> {
    const path = this.#app.project?.path;
    const statistics = await this.#app.attempt(this.#app.studio.call['latents.statistics']({}));
    if (path === this.#app.project?.path && statistics !== undefined) this.statistics = statistics;
  }
}
