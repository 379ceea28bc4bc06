/** State of the outliers: what is looked at, the pictures behind it, and where in the latents it is. */
import { untrack } from 'svelte';
import { causesOf } from '../../../../main/latents/views/advice.ts';
import type { AppState } from '../../../app/app-state.svelte.ts';
import { Throttle } from '../../../app/throttle.ts';
import type { ValueRange } from '../../../charts/axis.ts';
import type {
  LatentCache,
  LatentStatistics,
  OutlierFilter,
  OutlierPicture,
  OutlierPositions,
  OutlierRow,
  Output,
} from '../../../api/studio.ts';
import { PagedList } from '../../../ui/paged-list.svelte.ts';
import { Selection } from '../../../ui/selection.svelte.ts';
import { fileName } from '../../../text/format.ts';
import { withRange } from './filter.ts';
import { firstChannel, picturesWords } from './view.ts';

/** What is known of the latents elsewhere. */
interface Latents {
  readonly statistics: LatentStatistics | null;
  readonly sets: { readonly chosen: LatentCache | undefined };
}

/** Dots of a chart: as many as a page has. */
const mostDots = 500;
/** While a range is dragged the pictures follow, but not with every pixel. */
const followMs = 120;

export class OutliersState {
  readonly #app: AppState;
  readonly #latents: Latents;
  filter = $state.raw<OutlierFilter>({});
  /** The farthest of the values that are looked at. */
  page = $state.raw<Output<'latents.outliers'>>();
  positions = $state.raw<OutlierPositions>();
  /** Pictures with most outliers, whatever is looked at. */
  leading = $state.raw<readonly OutlierPicture[]>([]);
  /** The picture that is looked at, large, by its place in the list. */
  open = $state<number>();
  /** They could not be read; why, a notice has said. */
  failed = $state(false);
  /** The map shows all channels together. */
  mapsAll = $state(true);
  /** The parts of the axes that are shown; undefined: all. */
  boxesView = $state.raw<ValueRange>();
  histogramView = $state.raw<ValueRange>();
  #chosenChannel = $state<number>();
  readonly list: PagedList<OutlierPicture>;
  /** Pictures that something is to be done about. */
  readonly selection: Selection<OutlierPicture>;
  #shown: string | undefined;
  #generation = 0;
  readonly #refresh = new Throttle(followMs, () => void this.#load());

  /** The channel that the histogram shows. */
  readonly channel = $derived.by(() => {
    const statistics = this.#latents.statistics;
    return this.#chosenChannel ?? (statistics ? firstChannel(statistics) : 0);
  });
  /** Sets of before outliers were listed are looked through first. */
  readonly job = $derived.by(() => this.#app.activeJobs.find(({ kind }) => kind === 'measure'));
  readonly mapChannel = $derived(this.mapsAll ? undefined : this.channel);
  readonly causes = $derived(
    this.positions && this.leading.length > 0 ? causesOf(this.positions, this.leading) : undefined,
  );
  readonly rows = $derived<readonly OutlierRow[]>(this.page?.rows ?? []);

  constructor(app: AppState, latents: Latents) {
    this.#app = app;
    this.#latents = latents;
    this.list = new PagedList<OutlierPicture>((offset, limit) =>
      app.attempt(app.studio.call['latents.outlierPictures']({ filter: this.filter, offset, limit })),
    );
    this.selection = new Selection(this.list);
  }

  reset(): void {
    this.#generation += 1;
    this.filter = {};
    this.page = undefined;
    this.positions = undefined;
    this.leading = [];
    this.open = undefined;
    this.failed = false;
    this.mapsAll = true;
    this.boxesView = undefined;
    this.histogramView = undefined;
    this.#chosenChannel = undefined;
    this.#shown = undefined;
    this.list.clear();
    this.selection.clear();
  }

  /** Reads the outliers of the latents as they are now, once somebody wants to see them: call it in an effect. */
  follow(): void {
    const { project, connection, place, section } = this.#app;
    const statistics = this.#latents.statistics;
    const set = this.#latents.sets.chosen;
    if (connection === 'lost' || place !== 'latents' || section !== 'outliers') return;
    if (!project?.latents.complete || statistics === null) return;
    const now = [project.path, project.latents.encoded, set?.key, set?.encodedAt].join(' ');
    untrack(() => {
      if (now === this.#shown) return;
      this.reset();
      this.#shown = now;
      void this.#begin();
    });
  }

  /** Reads them again after that has failed. */
  readAgain(): void {
    this.failed = false;
    void this.#begin();
  }

  /** Looks at something else. While a range is dragged nothing is said. */
  look(filter: OutlierFilter, isDone = true): void {
    this.filter = filter;
    // Other pictures are listed: what was chosen may not be among them.
    this.selection.clear();
    this.#refresh.request();
    if (isDone) void this.#say();
  }

  lookAtRange(channel: number, range: ValueRange, isDone = true): void {
    this.chooseChannel(channel);
    this.look(withRange(this.filter, channel, range), isDone);
  }

  chooseChannel(channel: number): void {
    if (channel === this.channel) return;
    this.#chosenChannel = channel;
    this.histogramView = undefined;
  }

  /** The name of a picture that is looked at. */
  nameOf(id: string): string {
    const row = this.rows.find(({ picture }) => picture === id);
    return row ? fileName(row.source) : 'One picture';
  }

  async #begin(): Promise<void> {
    const generation = this.#generation;
    const { call } = this.#app.studio;
    await this.#load();
    const [positions, leading] = await Promise.all([
      this.#app.attempt(call['latents.positions']({})),
      this.#app.attempt(call['latents.outlierPictures']({ filter: {}, offset: 0, limit: mostDots })),
    ]);
    if (generation !== this.#generation) return;
    this.failed = this.page === undefined || positions === undefined;
    this.positions = positions;
    this.leading = leading?.rows ?? [];
  }

  async #load(): Promise<void> {
    const generation = this.#generation;
    const { filter } = this;
    const [page] = await Promise.all([
      this.#app.attempt(this.#app.studio.call['latents.outliers']({ filter, offset: 0, limit: mostDots })),
      this.list.refresh(),
    ]);
    if (generation === this.#generation && filter === this.filter && page) this.page = page;
  }

  async #say(): Promise<void> {
    const { filter } = this;
    const found = await this.#app.studio.call['latents.outlierPictures']({ filter, offset: 0, limit: 1 }).catch(
      () => undefined,
    );
    if (found && filter === this.filter) this.#app.say(picturesWords(found.total));
  }
}
