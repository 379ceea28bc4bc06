/** The settings file and the list of recent projects. */
import { readJson, writeJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';
import type { RecentProject } from '../projects/schema.ts';
import { settingsSchema } from './schema.ts';
import type { Settings } from './schema.ts';

const format: JsonFormat<Settings> = { version: 1, schema: settingsSchema };
const mostRecent = 20;

/** Settings in memory, written through to their file. */
export class SettingsStore {
  readonly #path: string;
  #settings: Settings;

  private constructor(path: string, settings: Settings) {
    this.#path = path;
    this.#settings = settings;
  }

  static async open(path: string): Promise<SettingsStore> {
    return new SettingsStore(path, (await readJson(path, format)) ?? settingsSchema.parse({}));
  }

  get current(): Settings {
    return this.#settings;
  }

  async change(change: Partial<Settings>): Promise<Settings> {
    this.#settings = settingsSchema.parse({ ...this.#settings, ...change });
    await writeJson(this.#path, format, this.#settings);
    return this.#settings;
  }

  /** Puts a project on top of the recent ones. */
  async remember(project: RecentProject): Promise<void> {
    const others = this.#settings.recent.filter(({ path }) => path !== project.path);
    await this.change({ recent: [project, ...others].slice(0, mostRecent) });
  }
}
