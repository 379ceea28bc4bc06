/** Runs of one kind: which of them is looked at, its figures and sheets as they arrive, and what can be done with it. */
import { untrack } from 'svelte';
import type { AppState } from '../../app/app-state.svelte.ts';
import { numberBetween, oneOf, Persisted } from '../../app/persisted.svelte.ts';
import type { Job, SampleSheet } from '../../api/studio.ts';
import { appendRows } from '../../charts/series.ts';
import type { StepRow } from '../../charts/series.ts';
import { isLive, newestFirst } from './train-view.ts';
import type { AnyRun } from './train-view.ts';

export type RunsView = 'run' | 'new' | 'runs';

/** What tells one kind of run from another. */
export interface RunKind<Run extends AnyRun, Row extends StepRow> {
  readonly job: Job['kind'];
  readonly runs: () => readonly Run[];
  readonly metrics: (run: string) => Promise<readonly Row[]>;
  readonly onMetrics: (listener: (event: { readonly run: string; readonly rows: readonly Row[] }) => void) => void;
  /** What stays when a run is deleted. */
  readonly afterDeletion: string;
}

export class LiveRuns<Run extends AnyRun, Row extends StepRow> {
  protected readonly app: AppState;
  readonly #kind: RunKind<Run, Row>;
  view = $state<RunsView>('new');
  /** The run that is looked at. */
  runId = $state<string>();
  rows = $state.raw<readonly Row[]>([]);
  sheets = $state.raw<readonly SampleSheet[]>([]);
  loading = $state(false);
  starting = $state(false);
  /** Problems are shown once the person has tried to start. */
  tried = $state(false);
  /** All settings instead of the usual ones. */
  expert = $state(false);
  readonly smoothing = new Persisted('smoothing', 0.95, numberBetween(0, 0.999));
  readonly scale = new Persisted('scale', 'logarithmic', oneOf('linear', 'logarithmic'));
  /** Answers about another run than the one that is looked at now are thrown away. */
  #generation = 0;

  readonly runs = $derived.by(() => newestFirst(this.#kind.runs()));
  readonly run = $derived.by(() => this.runs.find(({ id }) => id === this.runId));
  readonly live = $derived.by(() => this.runs.find(isLive));
  readonly job = $derived.by(() =>
    this.app.activeJobs.find(({ kind, run }) => kind === this.#kind.job && run === this.runId),
  );
  readonly last = $derived(this.rows.at(-1));

  constructor(app: AppState, kind: RunKind<Run, Row>) {
    this.app = app;
    this.#kind = kind;
    kind.onMetrics(({ run, rows }) => {
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
    this.tried = false;
    this.view = this.runs.length === 0 ? 'new' : 'run';
  }

  /** Keeps to the project's runs: call it in an effect. */
  follow(): void {
    void [this.app.project?.path, this.app.connection, this.runs.map(({ id }) => id).join()];
    untrack(() => {
      if (this.run !== undefined) return void this.#load();
      const next = this.live ?? this.runs[0];
      if (next) this.look(next.id, this.view);
      else {
        this.runId = undefined;
        this.view = 'new';
      }
    });
  }

  look(id: string, view: RunsView = 'run'): void {
    this.view = view;
    if (this.runId === id) return;
    this.runId = id;
    this.rows = [];
    this.sheets = [];
    // A run that has just been started has nothing to read before it is in the project; `follow` reads it then.
    if (this.run !== undefined) void this.#load();
  }

  async pause(run: AnyRun): Promise<void> {
    await this.app.attempt(this.app.studio.call['runs.pause']({ run: run.id }));
  }

  async resume(run: AnyRun): Promise<void> {
    this.look(run.id);
    await this.app.attempt(this.app.studio.call['runs.resume']({ run: run.id }));
  }

  async stop(run: AnyRun): Promise<void> {
    await this.app.attempt(this.app.studio.call['runs.stop']({ run: run.id }));
  }

  async remove(run: AnyRun): Promise<void> {
    const sure = await this.app.confirm({
      title: `Delete the run “${run.name}”?`,
      text: `Its figures, samples and saved states (checkpoints) are deleted from the disk and can not be brought back. ${this.#kind.afterDeletion}`,
      action: 'Delete the run',
      danger: true,
    });
    if (!sure) return;
    await this.app.attempt(this.app.studio.call['runs.delete']({ run: run.id }));
  }

  async #load(): Promise<void> {
    const run = this.runId;
    if (run === undefined) return;
    const generation = ++this.#generation;
    this.loading = this.rows.length === 0;
    const [rows, sheets] = await Promise.all([
      this.app.attempt(this.#kind.metrics(run)),
      this.app.attempt(this.app.studio.call['runs.samples']({ run })),
    ]);
    if (generation !== this.#generation || run !== this.runId) return;
    // What arrived by event meanwhile is newer than the answer.
    const newer = this.rows.filter(({ step }) => step > (rows?.at(-1)?.step ?? 0));
    if (rows) this.rows = appendRows(rows, newer);
    if (sheets) this.sheets = this.sheets.reduce(withSheet, sheets);
    this.loading = false;
  }
}

/** Sheets in the order of their steps; one for each step and number of sampling steps. */
function withSheet(sheets: readonly SampleSheet[], sheet: SampleSheet): SampleSheet[] {
  return [...sheets.filter(({ step, nfe }) => step !== sheet.step || nfe !== sheet.nfe), sheet].sort(
    (a, b) => a.step - b.step || a.nfe - b.nfe,
  );
}
