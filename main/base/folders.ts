/** Where the studio keeps a person's settings and proposes to keep projects, on each system. */
import { join } from 'node:path';

export interface StudioFolders {
  readonly settingsFile: string;
  /** Where new projects go unless the settings say otherwise. */
  readonly projectsFolder: string;
}

/**
 * The folders of a system. `CAUCHY_HOME` moves everything into one folder: for a second, separate studio and for tests.
 * @param home the person's home folder
 */
export function studioFolders(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: string,
): StudioFolders {
  const own = env['CAUCHY_HOME'];
  if (own) return { settingsFile: join(own, 'settings.json'), projectsFolder: join(own, 'projects') };
  return {
    settingsFile: join(settingsRoot(env, platform, home), 'cauchy-studio', 'settings.json'),
    projectsFolder: join(home, 'Cauchy Studio'),
  };
}

function settingsRoot(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform, home: string) {
  if (platform === 'win32') return env['APPDATA'] ?? join(home, 'AppData', 'Roaming');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  return env['XDG_CONFIG_HOME'] ?? join(home, '.config');
}
