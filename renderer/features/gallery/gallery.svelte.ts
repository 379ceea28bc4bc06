/** State of the Gallery: how pictures are made, which ones are chosen, and the grid that is exported. */
import { untrack } from 'svelte';
import type { AppState } from '../../app/app-state.svelte.ts';
import { numberBetween, Persisted } from '../../app/persisted.svelte.ts';
import { Throttle } from '../../app/throttle.ts';
import type { GalleryPicture, GridResult } from '../../api/studio.ts';
import { count } from '../../text/format.ts';
import { PagedList } from '../../ui/paged-list.svelte.ts';
import { Selection } from '../../ui/selection.svelte.ts';
import { formFor, formOf, parseForms, requestOf, samplingProblems } from './sampling-view.ts';
import type { SamplingForm } from './sampling-view.ts';
import { bestColumns, countProblem, seedProblem, usableRuns } from './gallery-view.ts';

/** Runs whose way of asking is remembered. */
const mostForms = 50;

export class GalleryState {
  readonly #app: AppState;
  readonly list: PagedList<GalleryPicture>;
  readonly thumbnail = new Persisted('gallery-thumbnail', 112, numberBetween(48, 320));
  runId = $state<string>();
  /** How pictures were last asked for, by project and run. */
  readonly #forms = new Persisted<Readonly<Record<string, Partial<SamplingForm>>>>(
    'sampling',
    {},
    { parse: parseForms },
  );
  count = $state(64);
  seed = $state(0);
  starting = $state(false);
  readonly selection: Selection<GalleryPicture>;
  /** Index of the tile that details are shown of. */
  focused = $state<number>();
  exporting = $state(false);
  busyExporting = $state(false);
  columns = $state(8);
  margin = $state(2);
  result = $state.raw<GridResult>();
  readonly #refresh: Throttle;

  readonly runs = $derived.by(() => usableRuns(this.#app.project?.runs ?? []));
  readonly run = $derived.by(() => this.runs.find(({ id }) => id === this.runId) ?? this.runs[0]);
  readonly #key = $derived.by(() => `${this.#app.project?.path ?? ''} ${this.run?.id ?? ''}`);
  readonly form = $derived.by(() => this.run && formFor(this.run, this.#forms.value[this.#key]));
  readonly job = $derived.by(() => this.#app.activeJobs.find(({ kind }) => kind === 'generate'));
  readonly problems = $derived({ count: countProblem(this.count), seed: seedProblem(this.seed) });
  readonly samplingProblems = $derived.by(() => (this.run && this.form ? samplingProblems(this.form, this.run) : {}));
  readonly isFine = $derived(
    this.problems.count === undefined &&
      this.problems.seed === undefined &&
      Object.keys(this.samplingProblems).length === 0,
  );
  readonly shown = $derived.by(() => (this.focused === undefined ? undefined : this.list.at(this.focused)));

  constructor(app: AppState) {
    this.#app = app;
    this.list = new PagedList((offset, limit) => app.attempt(app.studio.call['gallery.page']({ offset, limit })));
    this.selection = new Selection(this.list);
    this.#refresh = new Throttle(1000, () => void this.list.refresh());
  }

  /** Another project is open. */
  reset(): void {
    this.list.clear();
    this.runId = undefined;
    this.selection.clear();
    this.focused = undefined;
    this.result = undefined;
    this.exporting = false;
  }

  /** Keeps the list like the project: call it in an effect. */
  follow(): void {
    if (this.#app.project === null) return;
    void this.#app.project.galleryPictures;
    untrack(() => this.#refresh.request());
  }

  /** Kept for the run, so that the next pictures of it begin there. */
  setForm(change: Partial<SamplingForm>): void {
    if (!this.form) return;
    const { [this.#key]: _old, ...others } = this.#forms.value;
    const kept = Object.entries(others).slice(1 - mostForms);
    this.#forms.value = { ...Object.fromEntries(kept), [this.#key]: { ...this.form, ...change } };
  }

  /** Asks for the picture again: its run, its seed, and how it was made. */
  askLike({ run, seed, nfe, sampling }: GalleryPicture): void {
    this.seed = seed;
    if (!this.runs.some(({ id }) => id === run)) return;
    this.runId = run;
    this.setForm(sampling ? formOf(sampling) : { mode: 'nfe', nfe });
  }

  async generate(): Promise<void> {
    if (!this.run || !this.form || !this.isFine) return;
    this.starting = true;
    const { count: pictures, seed } = this;
    const sampling = requestOf(this.form, this.run);
    const started = await this.#app.attempt(
      this.#app.studio.call['gallery.generate']({ run: this.run.id, sampling, count: pictures, seed }),
    );
    this.starting = false;
    // The next batch goes on with seeds that have not been used.
    if (started) this.seed = seed + pictures;
  }

  async select(index: number, keys: { readonly shift: boolean; readonly toggle: boolean }): Promise<void> {
    if (!this.list.at(index)) return;
    this.focused = index;
    await this.selection.select(index, keys);
  }

  /** The newest pictures, as many as the last batch had. */
  async selectNewest(pictures: number): Promise<void> {
    await this.list.refresh();
    await this.selection.selectFirst(pictures);
  }

  openExport(): void {
    this.columns = bestColumns(this.selection.size);
    this.result = undefined;
    this.exporting = true;
  }

  async exportGrid(): Promise<void> {
    this.busyExporting = true;
    const ids = this.selection.rows.map(({ id }) => id);
    const { columns, margin } = this;
    this.result = await this.#app.attempt(
      this.#app.studio.call['gallery.exportGrid']({ ids, columns: Math.min(columns, ids.length), margin }),
    );
    this.busyExporting = false;
    if (this.result === undefined) this.exporting = false;
  }

  async remove(): Promise<void> {
    const ids = [...this.selection.ids];
    if (ids.length === 0) return;
    const sure = await this.#app.confirm({
      title: `Delete ${count(ids.length, 'picture')}?`,
      text: 'The files are deleted from the project and can not be brought back. With the same run and starting numbers (seeds) they can be made again.',
      action: `Delete ${count(ids.length, 'picture')}`,
      danger: true,
    });
    if (!sure) return;
    const deleted = await this.#app.attempt(this.#app.studio.call['gallery.delete']({ ids }));
    if (deleted === undefined) return;
    this.selection.clear();
    this.focused = undefined;
    await this.list.refresh();
  }
}
