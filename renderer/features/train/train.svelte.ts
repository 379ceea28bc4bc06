/** State of the Train place: the runs of models, and the draft of the next one. */
import type { AppState } from '../../app/app-state.svelte.ts';
import { Persisted } from '../../app/persisted.svelte.ts';
import { runConfigSchema } from '../../api/studio.ts';
import type { MetricsRow, Preset, RunConfig, RunEstimate, RunRecord } from '../../api/studio.ts';
import { problemsOfConfig } from './config-view.ts';
import { LiveRuns } from './live-runs.svelte.ts';

interface Draft {
  readonly preset: string;
  readonly name: string;
  readonly config: RunConfig;
}

export class TrainState extends LiveRuns<RunRecord, MetricsRow> {
  readonly #draft: Persisted<Draft | null>;
  readonly presets = $derived.by(() => this.app.info?.presets ?? []);
  readonly draft = $derived.by(() => this.#draft.value ?? draftOf(this.presets[0]));
  readonly preset = $derived.by(() => this.presets.find(({ id }) => id === this.draft?.preset));
  readonly problems = $derived.by(() =>
    this.draft
      ? problemsOfConfig(this.draft.config, { latentShape: this.estimate?.plan.latentShape, runs: this.runs })
      : [],
  );
  /** What is known about the run that is being set up; of its settings of a moment ago, while the next answer is awaited. */
  estimate = $state.raw<RunEstimate>();

  constructor(app: AppState) {
    super(app, {
      job: 'train',
      runs: () => app.project?.runs ?? [],
      metrics: (run) => app.studio.call['runs.metrics']({ run, afterStep: 0 }),
      onMetrics: (listener) => void app.studio.onEvent('metrics', listener),
      afterDeletion: 'Pictures in the gallery stay.',
    });
    this.#draft = new Persisted<Draft | null>('next-run', null, { parse: parseDraft });
  }

  override reset(): void {
    super.reset();
    this.estimate = undefined;
  }

  choosePreset(preset: Preset): void {
    this.#draft.value = { ...draftOf(preset), name: this.draft?.name ?? '' };
    this.tried = false;
  }

  setConfig(config: RunConfig): void {
    if (this.draft) this.#draft.value = { ...this.draft, config };
  }

  setName(name: string): void {
    if (this.draft) this.#draft.value = { ...this.draft, name };
  }

  /** The settings of a run that there is, to change and start again. */
  draftFrom(run: RunRecord, change: Partial<RunConfig> = {}): void {
    this.#draft.value = { preset: run.preset ?? '', name: '', config: { ...run.config, ...change } };
    this.view = 'new';
    this.expert = Object.keys(change).length > 0;
    this.app.go('train');
  }

  /** False when there are problems, which are then shown. */
  async start(): Promise<boolean> {
    this.tried = true;
    const draft = this.draft;
    if (draft === undefined || this.problems.length > 0) return false;
    this.starting = true;
    const name = draft.name.trim();
    const started = await this.app.attempt(
      this.app.studio.call['runs.start']({
        config: draft.config,
        ...(this.preset && { preset: this.preset.id }),
        ...(name !== '' && { name }),
      }),
    );
    this.starting = false;
    if (started === undefined) return true;
    this.tried = false;
    this.setName('');
    this.look(started.run);
    return true;
  }
}

function draftOf(preset: Preset): Draft;
function draftOf(preset: Preset | undefined): Draft | undefined;
function draftOf(preset: Preset | undefined): Draft | undefined {
  return preset && { preset: preset.id, name: '', config: preset.config };
}

function parseDraft(stored: unknown): Draft | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { preset, name, config } = stored as Readonly<Record<string, unknown>>;
  const parsed = runConfigSchema.safeParse(config);
  return parsed.success && typeof preset === 'string' && typeof name === 'string'
    ? { preset, name, config: parsed.data }
    : undefined;
}
