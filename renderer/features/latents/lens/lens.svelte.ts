/** State of the loss lens: the run and the residuals that are looked at, and the c that they are looked at with. */
import { untrack } from 'svelte';
import type { AppState } from '../../../app/app-state.svelte.ts';
import { Throttle } from '../../../app/throttle.ts';
import type { ResidualLens, RunRecord, RunResiduals } from '../../../api/studio.ts';
import { usableRuns } from '../../gallery/gallery-view.ts';
import { firstRun } from './lens-view.ts';
import type { Source } from './lens-view.ts';

/** While c is dragged the numbers follow, but not with every pixel. */
const followMs = 80;
/** While the run trains its record grows. */
const refreshMs = 2500;

export class LensState {
  readonly #app: AppState;
  #chosenRun = $state<string>();
  #chosenSource = $state<Source>();
  /** What the person asks for; undefined: the run's own. */
  #wantedC = $state<number>();
  residuals = $state.raw<RunResiduals>();
  /** Of these residuals at some c; undefined before they were read, or where there are none. */
  lens = $state.raw<ResidualLens>();
  /** The c that the run has at these residuals; of a run without one the one that was suggested. */
  ownC = $state<number>();
  /** They could not be read; why, a notice has said. */
  failed = $state(false);
  starting = $state(false);
  /** Answers about other residuals, or to an earlier question, are thrown away. */
  #generation = 0;
  #asked = 0;
  #shown: string | undefined;
  #wasSeen = false;
  readonly #follow = new Throttle(followMs, () => void this.#look());
  readonly #refresh = new Throttle(refreshMs, () => void this.#read());

  readonly runs = $derived.by(() => usableRuns(this.#app.project?.runs ?? []));
  readonly run = $derived.by(
    (): RunRecord | undefined => this.runs.find(({ id }) => id === this.#chosenRun) ?? firstRun(this.runs),
  );
  readonly sources = $derived.by((): readonly Source[] => {
    const { measurements = [], training = [] } = this.residuals ?? {};
    return [...measurements.map(({ step }) => step).reverse(), ...(training.length > 0 ? ['training' as const] : [])];
  });
  readonly source = $derived.by(() => this.sources.find((source) => source === this.#chosenSource) ?? this.sources[0]);
  readonly measurement = $derived.by(() => {
    const measurements = this.residuals?.measurements ?? [];
    return measurements.find(({ step }) => step === this.source) ?? measurements.at(-1);
  });
  readonly c = $derived.by(() => this.#wantedC ?? this.lens?.c);
  readonly isOwnC = $derived.by(() => this.#wantedC === undefined || this.#wantedC === this.ownC);
  readonly job = $derived.by(() =>
    this.#app.activeJobs.find(({ kind, run }) => kind === 'residuals' && run === this.run?.id),
  );

  constructor(app: AppState) {
    this.#app = app;
    app.studio.onEvent('metrics', ({ run }) => {
      if (run === this.run?.id && this.#isSeen) this.#refresh.request();
    });
    app.studio.onEvent('job', ({ kind, status, run }) => {
      if (kind !== 'residuals' || status !== 'done' || run !== this.run?.id) return;
      // What was just measured is what one wants to see.
      this.chooseSource(undefined);
      if (this.#isSeen) void this.#read();
    });
  }

  get #isSeen(): boolean {
    const { connection, place, section } = this.#app;
    return connection !== 'lost' && place === 'latents' && section === 'lens';
  }

  reset(): void {
    this.#chosenRun = undefined;
    this.#forget();
  }

  /** Reads what is known of the run, once somebody wants to see it: call it in an effect. */
  follow(): void {
    const [path, run, isSeen] = [this.#app.project?.path, this.run?.id, this.#isSeen];
    untrack(() => {
      const wasSeen = this.#wasSeen;
      this.#wasSeen = isSeen;
      const now = `${path} ${run}`;
      if (!isSeen || run === undefined || (wasSeen && now === this.#shown)) return;
      if (now !== this.#shown) this.#forget();
      this.#shown = now;
      void this.#read();
    });
  }

  chooseRun(id: string): void {
    this.#chosenRun = id;
  }

  /** Undefined: the newest measurement. */
  chooseSource(source: Source | undefined): void {
    this.#chosenSource = source;
    this.#wantedC = undefined;
    if (source !== undefined) void this.#look();
  }

  /** Looks at the residuals with this c; undefined: with the run's own. */
  chooseC(c: number | undefined): void {
    this.#wantedC = c;
    this.#follow.request();
  }

  readAgain(): void {
    this.failed = false;
    void this.#read();
  }

  /** Measures the newest checkpoint of the run. */
  async measure(): Promise<void> {
    if (this.run === undefined) return;
    this.starting = true;
    await this.#app.attempt(this.#app.studio.call['runs.measureResiduals']({ run: this.run.id }));
    this.starting = false;
  }

  #forget(): void {
    this.#generation += 1;
    this.#chosenSource = undefined;
    this.#wantedC = undefined;
    this.residuals = undefined;
    this.lens = undefined;
    this.ownC = undefined;
    this.failed = false;
    this.#shown = undefined;
  }

  async #read(): Promise<void> {
    const run = this.run?.id;
    if (run === undefined) return;
    const generation = ++this.#generation;
    const residuals = await this.#app.attempt(this.#app.studio.call['runs.residuals']({ run }));
    if (generation !== this.#generation) return;
    this.failed = residuals === undefined;
    if (residuals === undefined) return;
    this.residuals = residuals;
    await this.#look();
  }

  async #look(): Promise<void> {
    const [run, source, c] = [this.run?.id, this.source, this.#wantedC];
    if (run === undefined || source === undefined) return;
    const generation = this.#generation;
    const asked = ++this.#asked;
    const of = source === 'training' ? { of: source } : { of: 'measurement' as const, checkpoint: source };
    const lens = await this.#app.attempt(
      this.#app.studio.call['runs.lens']({ run, ...of, ...(c !== undefined && { c }) }),
    );
    if (generation !== this.#generation || asked !== this.#asked) return;
    this.failed = lens === undefined;
    this.lens = lens ?? undefined;
    if (lens && lens.cNow > 0) this.ownC = lens.cNow;
    else if (lens && c === undefined) this.ownC = lens.c;
  }
}
