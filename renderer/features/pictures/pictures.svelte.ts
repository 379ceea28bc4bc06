/** State of the Pictures place: what is about to be imported, what is being sent, and the lists. */
import { untrack } from 'svelte';
import type { AppState } from '../../app/app-state.svelte.ts';
import { Persisted, numberBetween } from '../../app/persisted.svelte.ts';
import { Throttle } from '../../app/throttle.ts';
import type { ImportSource, PickedFile, PictureSettings, PictureRow, UploadProgress } from '../../api/studio.ts';
import { fileName } from '../../text/format.ts';
import { PagedList } from '../../ui/paged-list.svelte.ts';
import { droppedEntries, filesBelow, topNames } from './dropped-files.ts';
import { defaultSettings } from './pictures-view.ts';

/** Chosen, not yet imported. */
export type Pending =
  | { readonly kind: 'samples'; readonly names: readonly string[]; readonly count: number }
  | {
      readonly kind: 'paths';
      readonly names: readonly string[];
      readonly count: number;
      readonly paths: readonly string[];
    }
  | {
      readonly kind: 'files';
      readonly names: readonly string[];
      readonly count: number;
      readonly files: readonly PickedFile[];
    };

export type PictureList = 'used' | 'quarantined' | 'duplicate' | 'ignored';

export const sampleCount = 5120;

export class PicturesState {
  readonly #app: AppState;
  pending = $state.raw<Pending>();
  settings = $state.raw<PictureSettings>(defaultSettings);
  upload = $state.raw<UploadProgress>();
  /** Folders are being read after a drop. */
  reading = $state(false);
  show = $state<PictureList>('used');
  open = $state<number>();
  readonly lists: Readonly<Record<PictureList, PagedList<PictureRow>>>;
  readonly thumbnail = new Persisted('thumbnail', 92, numberBetween(48, 320));
  // While an import runs the project changes many times a second.
  readonly #refresh = new Throttle(1000, () => void this.lists[this.show].refresh());
  #cancelUpload: AbortController | undefined;

  readonly job = $derived.by(() => this.#app.activeJobs.find(({ kind }) => kind === 'import'));

  constructor(app: AppState) {
    this.#app = app;
    const list = (show: PictureList) =>
      new PagedList<PictureRow>((offset, limit) =>
        app.attempt(app.studio.call['pictures.page']({ show, offset, limit })),
      );
    this.lists = {
      used: list('used'),
      quarantined: list('quarantined'),
      duplicate: list('duplicate'),
      ignored: list('ignored'),
    };
  }

  /** Keeps the shown list like the project: call it in an effect. */
  follow(): void {
    if (this.#app.project === null) return;
    const { used, duplicates, quarantined, ignored } = this.#app.project.pictures;
    // A picture that is framed anew is another file.
    void [used, duplicates, quarantined, ignored, this.show, this.job?.done, this.#app.project.adjusted?.reframed];
    untrack(() => this.#refresh.request());
  }

  /** Another project is open. */
  reset(): void {
    for (const list of Object.values(this.lists)) list.clear();
    this.pending = undefined;
    this.settings = defaultSettings;
    this.show = 'used';
    this.open = undefined;
  }

  async chooseFolders(): Promise<void> {
    const picked = await this.#app.attempt(this.#app.studio.call['studio.pickFolders']({}));
    if (picked && picked.paths.length > 0) this.stagePaths(picked.paths);
  }

  stagePaths(paths: readonly string[]): void {
    void this.#stage({ kind: 'paths', names: paths.map(fileName), count: paths.length, paths });
  }

  stageFiles(files: readonly PickedFile[]): void {
    if (files.length > 0) void this.#stage({ kind: 'files', names: topNames(files), count: files.length, files });
  }

  stageSamples(): void {
    void this.#stage({ kind: 'samples', names: [], count: sampleCount });
  }

  /** Takes what was dropped on the window: as paths where the shell knows them, else as files to send. */
  async drop(transfer: DataTransfer): Promise<void> {
    const paths = this.#app.studio.pathsOf([...transfer.files]);
    if (paths !== undefined) {
      if (paths.length > 0) this.stagePaths(paths);
      return;
    }
    const entries = droppedEntries(transfer.items);
    this.reading = true;
    const files = await this.#app.attempt(filesBelow(entries));
    this.reading = false;
    if (files) this.stageFiles(files);
  }

  /** The first import asks for the settings; later ones have to use the same. */
  async #stage(pending: Pending): Promise<void> {
    this.#app.go('pictures');
    const settings = this.#app.project?.pictureSettings;
    if (settings === undefined) {
      this.pending = pending;
      return;
    }
    await this.#import(pending, settings);
  }

  async importPending(): Promise<void> {
    const pending = this.pending;
    if (pending === undefined) return;
    this.pending = undefined;
    await this.#import(pending, this.settings);
  }

  cancelUpload(): void {
    this.#cancelUpload?.abort();
  }

  async #import(pending: Pending, settings: PictureSettings): Promise<void> {
    const source = await this.#app.attempt(this.#sourceOf(pending));
    if (source) await this.#app.attempt(this.#app.studio.call['pictures.import']({ source, settings }));
  }

  async #sourceOf(pending: Pending): Promise<ImportSource> {
    if (pending.kind === 'samples') return { kind: 'samples', count: pending.count, seed: 1 };
    if (pending.kind === 'paths') return { kind: 'paths', paths: [...pending.paths] };
    this.#cancelUpload = new AbortController();
    try {
      const report = (progress: UploadProgress) => (this.upload = progress);
      const { id } = await this.#app.studio.upload(pending.files, report, this.#cancelUpload.signal);
      return { kind: 'upload', id };
    } finally {
      this.upload = undefined;
    }
  }
}
