/** The picture compressors (VAEs) there are, and how they come and go. */
import { untrack } from 'svelte';
import type { AppState, Question } from '../../app/app-state.svelte.ts';
import { isActive } from '../../app/places.ts';
import type { PickedFile, UploadProgress, VaeDownload, VaeInfo, VaeList, VaeSource } from '../../api/studio.ts';
import { modelFiles, removalWords } from './vae-view.ts';

export class VaesState {
  readonly #app: AppState;
  list = $state.raw<readonly VaeInfo[]>([]);
  downloads = $state.raw<readonly VaeDownload[]>([]);
  /** Folders of the studio's own that can not be read any more. */
  damaged = $state.raw<NonNullable<VaeList['damaged']>>([]);
  loaded = $state(false);
  /** A VAE is being copied into the studio. */
  adding = $state(false);
  upload = $state.raw<UploadProgress>();
  /** The download that is being asked about. */
  asked = $state<string>();
  #cancelUpload: AbortController | undefined;

  readonly job = $derived.by(() => this.#app.activeJobs.find(({ kind }) => kind === 'download'));
  readonly question = $derived.by(() => this.downloads.find(({ name }) => name === this.asked));

  constructor(app: AppState) {
    this.#app = app;
  }

  named(name: string | undefined): VaeInfo | undefined {
    return this.list.find((vae) => vae.name === name);
  }

  titleOf(name: string): string {
    return this.named(name)?.title ?? name;
  }

  reset(): void {
    this.asked = undefined;
  }

  /** Keeps the list like the studio's: call it in an effect. */
  follow(): void {
    const { project, connection, jobList } = this.#app;
    const ended = jobList.filter((job) => (job.kind === 'download' || job.kind === 'trainVae') && !isActive(job));
    void [project?.path, connection, ended.map(({ id }) => id).join(), project?.vaeRuns.map(({ id }) => id).join()];
    if (project !== null) untrack(() => void this.load());
  }

  async load(): Promise<void> {
    const found = await this.#app.attempt(this.#app.studio.call['vaes.list']({}));
    if (found === undefined) return;
    this.list = found.vaes;
    this.downloads = found.downloads;
    this.damaged = found.damaged ?? [];
    this.loaded = true;
  }

  async chooseFolder(): Promise<void> {
    const picked = await this.#app.attempt(this.#app.studio.call['studio.pickFolders']({}));
    const path = picked?.paths[0];
    if (path !== undefined) await this.addPath(path);
  }

  addPath(path: string): Promise<void> {
    return this.#add(() => Promise.resolve({ kind: 'path', path }));
  }

  /** Of a folder only what a VAE consists of is sent. */
  async addFiles(files: readonly PickedFile[]): Promise<void> {
    const sent = modelFiles(files);
    if (sent.length === 0) return;
    await this.#add(async () => {
      this.#cancelUpload = new AbortController();
      try {
        const report = (progress: UploadProgress) => (this.upload = progress);
        const { id } = await this.#app.studio.upload(sent, report, this.#cancelUpload.signal);
        return { kind: 'upload', id };
      } finally {
        this.upload = undefined;
      }
    });
  }

  cancelUpload(): void {
    this.#cancelUpload?.abort();
  }

  async #add(sourceOf: () => Promise<VaeSource>): Promise<void> {
    this.adding = true;
    const source = await this.#app.attempt(sourceOf());
    const added = source && (await this.#app.attempt(this.#app.studio.call['vaes.add']({ source })));
    this.adding = false;
    if (!added) return;
    this.#app.news('Added', `${added.title} can be used in every project now.`);
    await this.load();
  }

  async download({ name }: VaeDownload): Promise<void> {
    this.asked = undefined;
    await this.#app.attempt(this.#app.studio.call['vaes.download']({ name }));
  }

  async remove(vae: VaeInfo): Promise<void> {
    await this.#remove(vae.name, { title: `Remove “${vae.title}”?`, text: removalWords(vae) });
  }

  async removeDamaged(name: string): Promise<void> {
    const text = 'Its folder, which can not be read any more, is deleted from the disk.';
    await this.#remove(name, { title: `Remove “${name}”?`, text });
  }

  async #remove(name: string, question: Pick<Question, 'title' | 'text'>): Promise<void> {
    if (!(await this.#app.confirm({ ...question, action: 'Remove', danger: true }))) return;
    if ((await this.#app.attempt(this.#app.studio.call['vaes.remove']({ name }))) !== undefined) await this.load();
  }
}
