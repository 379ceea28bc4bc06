/** Where the studio keeps a person's settings and what it fetched for them, and proposes to keep projects, on each system. */
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

export interface StudioFolders {
  readonly settingsFile: string;
  /** Where new projects go unless the settings say otherwise. */
  readonly projectsFolder: string;
  /** What was downloaded on request; it can be downloaded again. */
  readonly dataFolder: string;
}

/**
 * The folders of a system. `CAUCHY_HOME` moves everything into one folder: for a second, separate studio and for tests.
 * @param home the person's home folder
 */
export function studioFolders(env: Environment, platform: NodeJS.Platform, home: string): StudioFolders {
  const own = env['CAUCHY_HOME'];
  if (own)
    return {
      settingsFile: join(own, 'settings.json'),
      projectsFolder: join(own, 'projects'),
      dataFolder: join(own, 'data'),
    };
  return {
    settingsFile: join(settingsRoot(env, platform, home), 'cauchy-studio', 'settings.json'),
    projectsFolder: join(home, 'Cauchy Studio'),
    dataFolder: join(dataRoot(env, platform, home), 'cauchy-studio', 'data'),
  };
}

function settingsRoot(env: Environment, platform: NodeJS.Platform, home: string): string {
  if (platform === 'win32') return env['APPDATA'] ?? join(home, 'AppData', 'Roaming');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  return env['XDG_CONFIG_HOME'] ?? join(home, '.config');
}

function dataRoot(env: Environment, platform: NodeJS.Platform, home: string): string {
  if (platform === 'win32') return env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  return env['XDG_DATA_HOME'] ?? join(home, '.local', 'share');
}
