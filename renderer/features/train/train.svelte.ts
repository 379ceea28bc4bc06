/** State of the Train place: which run is looked at, its figures and samples, and the draft of the next run. */
import { untrack } from 'svelte';
import type { AppState } from '../../app/app-state.svelte.ts';
import { numberBetween, oneOf, Persisted } from '../../app/persisted.svelte.ts';
import { runConfigSchema } from '../../api/studio.ts';
import type { MetricsRow, Preset, RunConfig, RunEstimate, RunRecord, SampleSheet } from '../../api/studio.ts';
import { appendRows } from '../../charts/series.ts';
import { problemsOfConfig } from './config-view.ts';
import { isLive, newestFirst } from './train-view.ts';

export type TrainView = 'run' | 'new' | 'runs';
interface Draft {
  readonly preset: string;
  readonly name: string;
  readonly config: RunConfig;
}

export class TrainState {
  readonly #app: AppState;
  view = $state<TrainView>('new');
  /** The run that is looked at. */
  runId = $state<string>();
  rows = $state.raw<readonly MetricsRow[]>([]);
  sheets = $state.raw<readonly SampleSheet[]>([]);
  loading = $state(false);
  starting = $state(false);
  /** Problems are shown once the person has tried to start. */
  tried = $state(false);
  /** All settings instead of the usual ones. */
  expert = $state(false);
  readonly smoothing = new Persisted('smoothing', 0.95, numberBetween(0, 0.999));
  readonly scale = new Persisted('scale', 'logarithmic', oneOf('linear', 'logarithmic'));
  readonly #draft: Persisted<Draft | null>;
  /** Answers about another run than the one that is looked at now are thrown away. */
  #generation = 0;

  readonly runs = $derived.by(() => newestFirst(this.#app.project?.runs ?? []));
  readonly run = $derived.by(() => this.runs.find(({ id }) => id === this.runId));
  readonly job = $derived.by(() =>
    this.#app.activeJobs.find(({ kind, run }) => kind === 'train' && run === this.runId),
  );
  readonly last = $derived(this.rows.at(-1));
  readonly presets = $derived.by(() => this.#app.info?.presets ?? []);
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
    this.#app = app;
    this.#draft = new Persisted<Draft | null>('next-run', null, { parse: parseDraft });
    app.studio.onEvent('metrics', ({ run, rows }) => {
      if (run === this.runId) this.rows = appendRows(this.rows, rows);
    });
    app.studio.onEvent('samples', ({ run, sheet }) => {
      if (run === this.runId) this.sheets = withSheet(this.sheets, sheet);
    });
  }

  /** Another project is open. */
  reset(): void {
    this.runId = undefined;
    this.rows = [];
    this.sheets = [];
    this.estimate = undefined;
    this.tried = false;
    this.view = this.runs.length === 0 ? 'new' : 'run';
  }

  /** Keeps to the project's runs: call it in an effect. */
  follow(): void {
    void [this.#app.project?.path, this.#app.connection, this.runs.map(({ id }) => id).join()];
    untrack(() => {
      if (this.run !== undefined) return void this.#load();
      const next = this.runs.find(isLive) ?? this.runs[0];
      if (next) this.look(next.id, this.view);
      else {
        this.runId = undefined;
        this.view = 'new';
      }
    });
  }

  look(id: string, view: TrainView = 'run'): void {
    this.view = view;
    if (this.runId === id) return;
    this.runId = id;
    this.rows = [];
    this.sheets = [];
    // A run that has just been started has nothing to read before it is in the project; `follow` reads it then.
    if (this.run !== undefined) void this.#load();
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
    this.#app.go('train');
  }

  /** False when there are problems, which are then shown. */
  async start(): Promise<boolean> {
    this.tried = true;
    const draft = this.draft;
    if (draft === undefined || this.problems.length > 0) return false;
    this.starting = true;
    const name = draft.name.trim();
    const started = await this.#app.attempt(
      this.#app.studio.call['runs.start']({
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

  async pause(run: RunRecord): Promise<void> {
    await this.#app.attempt(this.#app.studio.call['runs.pause']({ run: run.id }));
  }

  async resume(run: RunRecord): Promise<void> {
    this.look(run.id);
    await this.#app.attempt(this.#app.studio.call['runs.resume']({ run: run.id }));
  }

  async stop(run: RunRecord): Promise<void> {
    await this.#app.attempt(this.#app.studio.call['runs.stop']({ run: run.id }));
  }

  async remove(run: RunRecord): Promise<void> {
    const sure = await this.#app.confirm({
      title: `Delete the run “${run.name}”?`,
      text: 'Its figures, samples and saved states (checkpoints) are deleted from the disk and can not be brought back. Pictures in the gallery stay.',
      action: 'Delete the run',
      danger: true,
    });
    if (!sure) return;
    await this.#app.attempt(this.#app.studio.call['runs.delete']({ run: run.id }));
  }

  async #load(): Promise<void> {
    const run = this.runId;
    if (run === undefined) return;
    const generation = ++this.#generation;
    this.loading = this.rows.length === 0;
    const { call } = this.#app.studio;
    const [rows, sheets] = await Promise.all([
      this.#app.attempt(call['runs.metrics']({ run, afterStep: 0 })),
      this.#app.attempt(call['runs.samples']({ run })),
    ]);
    if (generation !== this.#generation || run !== this.runId) return;
    // What arrived by event meanwhile is newer than the answer.
    const newer = this.rows.filter(({ step }) => step > (rows?.at(-1)?.step ?? 0));
    if (rows) this.rows = appendRows(rows, newer);
    if (sheets) this.sheets = this.sheets.reduce(withSheet, sheets);
    this.loading = false;
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

/** Sheets in the order of their steps; one for each step and number of sampling steps. */
function withSheet(sheets: readonly SampleSheet[], sheet: SampleSheet): SampleSheet[] {
  return [...sheets.filter(({ step, nfe }) => step !== sheet.step || nfe !== sheet.nfe), sheet].sort(
    (a, b) => a.step - b.step || a.nfe - b.nfe,
  );
}
