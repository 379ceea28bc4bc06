/** What every screen shares: the open project, running work, notices, the place, and how calls are made. */
import { SvelteMap } from 'svelte/reactivity';
import { toStudioError, toWire } from '../../main/base/errors.ts';
import type {
  ConnectionState,
  DeviceList,
  EventPayload,
  Job,
  ProjectSummary,
  RecentProject,
  Settings,
  Studio,
  StudioInfo,
} from '../api/studio.ts';
import { count } from '../text/format.ts';
import { endWords, isAnswered, spokenProgress } from '../text/job-words.ts';
import { unknownCards } from '../text/device-words.ts';
import { isActive, isTraining, placeNames, placesOf } from './places.ts';
import type { PlaceName } from './places.ts';

/** Something to tell: good news fades, problems stay until they are dismissed. */
export type Notice = { readonly id: number } & (
  | { readonly kind: 'news'; readonly title: string; readonly text: string }
  | {
      readonly kind: 'problem';
      readonly what: string;
      readonly means: string;
      readonly advice: string;
      readonly details: string;
    }
);
type NewNotice = Notice extends infer N ? (N extends Notice ? Omit<N, 'id'> : never) : never;

/** A question that must be answered before something is done that can not be undone. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** The verb on the button. */
  readonly action: string;
  readonly danger?: boolean;
}

const newsMs = 9000;
const spokenEveryMs = 20_000;

export class AppState {
  readonly studio: Studio;
  info = $state.raw<StudioInfo>();
  settings = $state.raw<Settings>();
  /** Undefined until the hardware has been looked at. */
  devices = $state.raw<DeviceList>();
  project = $state.raw<ProjectSummary | null>(null);
  recent = $state.raw<readonly RecentProject[]>([]);
  readonly jobs = new SvelteMap<number, Job>();
  connection = $state<ConnectionState>('connected');
  place = $state<PlaceName>('pictures');
  /** What of the place is looked at; empty for what it is mainly about. */
  section = $state('');
  notices = $state.raw<readonly Notice[]>([]);
  question = $state.raw<Question & { answer(yes: boolean): void }>();
  /** What a screen reader says next. */
  spoken = $state('');
  /** Why the studio could not be reached at the start. */
  failure = $state.raw<Notice & { kind: 'problem' }>();

  readonly jobList = $derived([...this.jobs.values()].map((job) => this.#asPaused(job)));
  readonly activeJobs = $derived(this.jobList.filter(isActive));
  readonly places = $derived(this.project === null ? [] : placesOf(this.project, this.jobList));

  #nextNotice = 1;
  #spokenAt = 0;
  #whenIdle: (() => void)[] = [];

  constructor(studio: Studio) {
    this.studio = studio;
  }

  /** Listens to the studio and fetches what there is; returns the function that stops listening. */
  start(): () => void {
    const stops = [
      this.studio.onEvent('job', (job) => this.#onJob(job)),
      this.studio.onEvent('project', (project) => this.#follow(project)),
      this.studio.onEvent('settings', (settings) => (this.settings = settings)),
      this.studio.onEvent('devices', (devices) => (this.devices = devices)),
      this.studio.onConnection((state) => {
        this.connection = state;
        if (state === 'connected') void this.load();
      }),
    ];
    const onHash = () => this.#toHash();
    window.addEventListener('hashchange', onHash);
    void this.load();
    return () => {
      for (const stop of stops) stop();
      window.removeEventListener('hashchange', onHash);
    };
  }

  async load(): Promise<void> {
    const { call } = this.studio;
    try {
      const [info, settings, project, jobs, recent] = await Promise.all([
        call['studio.info']({}),
        call['settings.get']({}),
        call['project.current']({}),
        call['jobs.list']({}),
        call['project.recent']({}),
      ]);
      this.failure = undefined;
      this.settings = settings;
      this.recent = recent;
      this.jobs.clear();
      for (const job of jobs) this.jobs.set(job.id, job);
      this.#onProject(project);
      this.info = info;
      void this.#lookAtDevices();
      if (!this.#toHash()) this.place = this.#firstPlace();
    } catch (thrown) {
      if (this.info === undefined) this.failure = { id: 0, ...problemOf(thrown) };
      else this.#add(problemOf(thrown));
    }
  }

  /** Looking at the hardware takes a moment, for which nothing waits. A graphics card that is new to the studio is tried. */
  async #lookAtDevices(): Promise<void> {
    const list = await this.attempt(this.studio.call['devices.list']({}));
    if (!list) return;
    this.devices = list;
    const kinds = unknownCards(list);
    if (kinds.length === 0 || this.activeJobs.length > 0) return;
    // Another window may have been quicker.
    await this.studio.call['devices.check']({ kinds }).catch(() => undefined);
  }

  go(place: PlaceName, section = ''): void {
    location.hash = section === '' ? `#/${place}` : `#/${place}/${section}`;
    this.place = place;
    this.section = section;
  }

  /** Goes where the address says; false where it names no place. */
  #toHash(): boolean {
    const [, name, section = ''] = location.hash.split('/');
    const place = placeNames.find((each) => each === name);
    if (place === undefined) return false;
    this.place = place;
    this.section = section;
    return true;
  }

  /** Waits for a call; a failure becomes a notice and gives undefined. */
  async attempt<T>(action: Promise<T>): Promise<T | undefined> {
    try {
      return await action;
    } catch (thrown) {
      this.tell(thrown);
      return undefined;
    }
  }

  /** Tells about a failure. */
  tell(thrown: unknown): void {
    const problem = problemOf(thrown);
    // The same sentence twice helps nobody.
    const known = this.notices.find((notice) => notice.kind === 'problem' && notice.what === problem.what);
    if (known) this.dismiss(known.id);
    this.#add(problem);
  }

  news(title: string, text: string): void {
    const id = this.#add({ kind: 'news', title, text });
    this.say(`${title}. ${text}`);
    setTimeout(() => this.dismiss(id), newsMs);
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }

  say(text: string): void {
    this.spoken = text;
    this.#spokenAt = Date.now();
  }

  confirm(question: Question): Promise<boolean> {
    return new Promise((resolve) => {
      this.question = {
        ...question,
        answer: (yes) => {
          this.question = undefined;
          resolve(yes);
        },
      };
    });
  }

  async openProject(path: string): Promise<void> {
    const project = await this.attempt(this.studio.call['project.open']({ path }));
    if (project) this.#enter(project);
    else this.recent = (await this.attempt(this.studio.call['project.recent']({}))) ?? this.recent;
  }

  async createProject(name: string, parent: string | undefined): Promise<void> {
    const input = parent === undefined ? { name } : { name, parent };
    const project = await this.attempt(this.studio.call['project.create'](input));
    if (project) this.#enter(project);
  }

  /** Runs are stopped and saved first; the person is asked when that ends work in progress. */
  async closeProject(): Promise<void> {
    const active = this.activeJobs;
    if (active.length > 0) {
      const sure = await this.confirm({
        title: 'Close the project while it is working?',
        text: `${count(active.length, 'task is', 'tasks are')} in progress. A training run is stopped and saved, so that you can resume it; other work is cancelled and keeps what is finished.`,
        action: 'Stop and close',
      });
      if (!sure) return;
    }
    await this.attempt(this.#close(active));
  }

  async #close(active: readonly Job[]): Promise<void> {
    const { call } = this.studio;
    for (const job of active) {
      if (job.run !== undefined && isTraining(job)) await call['runs.stop']({ run: job.run });
      else await call['jobs.cancel']({ job: job.id });
    }
    // The last checkpoint belongs to the project: it stays open until that is written.
    await this.#idle();
    await call['project.close']({});
    this.#follow(null);
  }

  /** Resolves when no work is in progress. */
  #idle(): Promise<void> {
    if (this.activeJobs.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** The project changed; another one may have been opened or closed from the menu or another window. */
  #follow(project: ProjectSummary | null): void {
    const another = project?.path !== this.project?.path;
    if (!another) this.project = project;
    else if (project) this.#enter(project);
    else {
      this.#onProject(null);
      void this.attempt(this.studio.call['project.recent']({})).then((recent) => (this.recent = recent ?? this.recent));
    }
  }

  #enter(project: ProjectSummary): void {
    this.#onProject(project);
    this.go(this.#firstPlace());
  }

  #firstPlace(): PlaceName {
    return (
      this.places.find(({ state }) => state === 'busy' || state === 'paused' || state === 'next')?.name ?? 'gallery'
    );
  }

  #onProject(project: ProjectSummary | null): void {
    if (project?.path !== this.project?.path)
      for (const job of this.jobList) if (!isActive(job)) this.jobs.delete(job.id);
    this.project = project;
  }

  #onJob(job: EventPayload<'job'>): void {
    const before = this.jobs.get(job.id);
    this.jobs.set(job.id, job);
    if (isActive(job)) return this.#speakProgress(job);
    if (before !== undefined && !isActive(before)) return;
    if (this.activeJobs.length === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    // Of finished work only the newest of each kind is of interest.
    for (const other of this.jobList)
      if (other.kind === job.kind && other.id < job.id && !isActive(other)) this.jobs.delete(other.id);
    if (job.status === 'failed' && job.error) this.#add({ kind: 'problem', ...wordsOf(job.error) });
    else if (!isAnswered(job)) {
      const { title, text } = endWords(job);
      this.news(title, text);
    }
  }

  /** A paused run's job waits, which the run says and the job does not. */
  #asPaused(job: Job): Job {
    if (!isTraining(job) || job.status !== 'running') return job;
    const runs = [...(this.project?.runs ?? []), ...(this.project?.vaeRuns ?? [])];
    return runs.some(({ id, status }) => id === job.run && status === 'paused') ? { ...job, status: 'paused' } : job;
  }

  #speakProgress(job: Job): void {
    if (job.status === 'running' && Date.now() - this.#spokenAt >= spokenEveryMs) this.say(spokenProgress(job));
  }

  #add(notice: NewNotice): number {
    const id = this.#nextNotice++;
    this.notices = [...this.notices, { ...notice, id }];
    return id;
  }
}

function wordsOf(error: NonNullable<Job['error']>) {
  const { what, means, advice } = error;
  return { what, means, advice, details: JSON.stringify(error, null, 2) };
}

function problemOf(thrown: unknown) {
  return { kind: 'problem' as const, ...wordsOf(toWire(toStudioError(thrown))) };
}
