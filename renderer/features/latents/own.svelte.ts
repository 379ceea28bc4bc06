/** VAEs in training on the project's own pictures, and the draft of the next one. */
import type { AppState } from '../../app/app-state.svelte.ts';
import { Persisted } from '../../app/persisted.svelte.ts';
import { vaeTrainingConfigSchema } from '../../api/studio.ts';
import type { VaeMetricsRow, VaeRunRecord, VaeTrainingConfig } from '../../api/studio.ts';
import { problemsOf } from '../train/config-view.ts';
import { LiveRuns } from '../train/live-runs.svelte.ts';
import { ownFields, usualTraining } from './own-fields.ts';

export class OwnVaeState extends LiveRuns<VaeRunRecord, VaeMetricsRow> {
  name = $state('');
  readonly #config = new Persisted<VaeTrainingConfig>('next-vae', usualTraining, {
    parse: (stored) => vaeTrainingConfigSchema.safeParse(stored).data,
  });
  readonly config = $derived.by(() => this.#config.value);
  readonly problems = $derived.by(() => problemsOf(vaeTrainingConfigSchema, this.config, ownFields));

  constructor(app: AppState) {
    super(app, {
      job: 'trainVae',
      runs: () => app.project?.vaeRuns ?? [],
      metrics: (run) => app.studio.call['vaes.metrics']({ run, afterStep: 0 }),
      onMetrics: (listener) => void app.studio.onEvent('vaeMetrics', listener),
      afterDeletion:
        'The VAE it trained goes with it: latents that were encoded with it stay, but can not be turned into pictures any more.',
    });
  }

  setConfig(config: VaeTrainingConfig): void {
    this.#config.value = config;
  }

  /** The settings of a run that there is, to change and start again. */
  draftFrom({ config }: VaeRunRecord): void {
    this.setConfig(config);
    this.view = 'new';
  }

  /** False when there are problems, which are then shown. */
  async start(): Promise<boolean> {
    this.tried = true;
    if (this.problems.length > 0) return false;
    this.starting = true;
    const name = this.name.trim();
    const started = await this.app.attempt(
      this.app.studio.call['vaes.train']({ config: this.config, ...(name !== '' && { name }) }),
    );
    this.starting = false;
    if (started === undefined) return true;
    this.tried = false;
    this.name = '';
    this.look(started.run);
    return true;
  }
}
