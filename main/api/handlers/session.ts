/** What the handlers share: the open project, jobs, the engine, settings and events. */
import { dirname, join, resolve } from 'node:path';
import { studioError } from '../../base/errors.ts';
import type { StudioError } from '../../base/errors.ts';
import { repairDataset } from '../../datasets/repair.ts';
import { createProject, openOrCreateProject, openProject } from '../../projects/store.ts';
import type { OpenProject } from '../../projects/store.ts';
import { markInterrupted } from '../../runs/store.ts';
import { DeviceCheckStore } from '../../settings/device-checks.ts';
import { SettingsStore } from '../../settings/store.ts';
import { loadPresets } from '../../training/presets.ts';
import type { Preset } from '../../training/schema.ts';
import type { ProjectSummary } from '../contract/contract.ts';
import type { Job } from '../contract/jobs.ts';
import type { StudioEvent, StudioEventListener, StudioEventPayload, StudioPorts } from '../studio.ts';
import { Devices } from './devices.ts';
import { EngineLink } from './engine-link.ts';
import type { Engine } from './engine-link.ts';
import { JobBoard } from './job-board.ts';
import { summarise } from './summary.ts';

/** The project event is a summary of files; more often than this nobody could see the difference. */
const leastMsBetweenSummaries = 500;

export class Session {
  readonly ports: StudioPorts;
  readonly settings: SettingsStore;
  readonly presets: readonly Preset[];
  readonly jobs: JobBoard;
  readonly devices: Devices;
  readonly #engine: EngineLink;
  readonly #listeners = new Set<StudioEventListener>();
  #project: OpenProject | undefined;
  #summaryTimer: NodeJS.Timeout | undefined;
  #crashRecorded: Promise<void> = Promise.resolve();

  private constructor(
    ports: StudioPorts,
    settings: SettingsStore,
    checks: DeviceCheckStore,
    presets: readonly Preset[],
  ) {
    this.ports = ports;
    this.settings = settings;
    this.presets = presets;
    this.jobs = new JobBoard((job) => this.emit('job', job));
    this.#engine = new EngineLink(
      (device) => ports.spawnEngine(device),
      {
        metrics: (payload) => this.emit('metrics', payload),
        vaeMetrics: (payload) => this.emit('vaeMetrics', payload),
        samples: (payload) => this.emit('samples', payload),
        run: ({ project }) => {
          if (project === this.#project?.path) this.projectChanged();
        },
      },
      (reason) => {
        this.#crashRecorded = this.#afterCrash(reason);
      },
    );
    this.devices = new Devices({
      ports,
      settings,
      checks,
      onChange: (list) => this.emit('devices', list),
    });
  }

  static async open(ports: StudioPorts): Promise<Session> {
    return new Session(
      ports,
      await SettingsStore.open(ports.settingsFile),
      await DeviceCheckStore.open(ports.settingsFile),
      await loadPresets(ports.resources),
    );
  }

  /** The engine, on whatever device it was started for. */
  get engine(): Promise<Engine> {
    return this.devices.used().then((device) => this.#engine.engineOn(device));
  }
  /**
   * The engine on the device in use, for a job that has just begun and computes. Another device is another process, which is
   * only started when no other job needs the present one. Throws `device.unusable` and `engine.busy`.
   */
  async computingEngine(): Promise<Engine> {
    const device = await this.devices.usable();
    // The newest job is the one that asks; a check has processes of its own.
    const others = this.#active.filter(({ kind }) => kind !== 'check').slice(0, -1);
    if (this.#engine.isOnAnother(device.kind)) {
      if (others[0]) throw studioError('engine.busy', { work: others[0].title });
      this.#engine.stop();
    }
    return this.#engine.engineOn(device);
  }
  /** The open project. Throws `project.noneOpen`. */
  get project(): OpenProject {
    if (!this.#project) throw studioError('project.noneOpen', {});
    return this.#project;
  }
  /** Work in progress; undefined when there is none. */
  get busyWith(): Job | undefined {
    return this.#active[0];
  }
  get #active(): Job[] {
    return this.jobs.list().filter(({ status }) => status === 'running' || status === 'paused');
  }
  get hasProject(): boolean {
    return this.#project !== undefined;
  }
  /** Resolves when the runs that the last crash interrupted say so on disk: only then may one of them go on. */
  get crashRecorded(): Promise<void> {
    return this.#crashRecorded;
  }
  /** Where VAEs that a person added are, for all projects. */
  get library(): string {
    return join(this.ports.dataFolder, 'vaes');
  }
  /** Where engine calls happen. */
  get place(): { project: string; resources: string; library: string } {
    return { project: this.project.path, resources: this.ports.resources, library: this.library };
  }

  async createProject(name: string, parent = this.projectsFolder): Promise<ProjectSummary> {
    return this.#become(await this.#switch(() => createProject(resolve(parent), name, this.ports.program)));
  }
  async openProject(path: string): Promise<ProjectSummary> {
    if (this.#project?.path === resolve(path)) return summarise(this.#project);
    return this.#become(await this.#switch(() => openProject(resolve(path), this.ports.program)));
  }
  async openOrCreateProject(path: string): Promise<ProjectSummary> {
    return this.#become(await this.#switch(() => openOrCreateProject(resolve(path), this.ports.program)));
  }
  async closeProject(): Promise<void> {
    const closing = this.#project;
    this.#project = undefined;
    clearTimeout(this.#summaryTimer);
    this.#summaryTimer = undefined;
    await closing?.close();
    if (closing) this.emit('project', null);
  }

  get projectsFolder(): string {
    return this.settings.current.projectsFolder ?? this.ports.projectsFolder;
  }

  subscribe(listener: StudioEventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  emit<E extends StudioEvent>(event: E, payload: StudioEventPayload<E>): void {
    for (const listener of this.#listeners) listener(event, payload);
  }

  /** Says that files of the project changed; the summary follows soon. */
  projectChanged(): void {
    this.#summaryTimer ??= setTimeout(() => {
      this.#summaryTimer = undefined;
      const project = this.#project;
      if (!project) return;
      summarise(project).then(
        (summary) => {
          if (this.#project === project) this.emit('project', summary);
        },
        // A file that is being replaced right now is read again at the next change.
        () => undefined,
      );
    }, leastMsBetweenSummaries);
  }

  async close(): Promise<void> {
    await this.closeProject();
    this.#engine.stop();
  }

  /** Opens the next project before closing the present one, so that a refusal changes nothing. */
  async #switch(open: () => Promise<OpenProject>): Promise<OpenProject> {
    const busy = this.busyWith;
    if (busy && this.#project) throw studioError('engine.busy', { work: busy.title });
    const next = await open();
    await this.closeProject();
    return next;
  }

  async #become(project: OpenProject): Promise<ProjectSummary> {
    this.#project = project;
    await markInterrupted(project.path);
    await repairDataset(project.path);
    await this.settings.remember({ path: project.path, name: project.file.name, openedAt: new Date().toISOString() });
    this.emit('settings', this.settings.current);
    const summary = await summarise(project);
    this.emit('project', summary);
    return summary;
  }

  async #afterCrash(reason: StudioError): Promise<void> {
    if (!this.#project) return;
    await markInterrupted(this.#project.path, reason).catch(() => undefined);
    this.projectChanged();
  }
}

/** The folder a project lies in, for the next one's default place. */
export const parentFolder = (path: string): string => dirname(path);
