import { join } from 'node:path';
import { expect, test } from 'vitest';
import { studioFolders } from '../../../main/base/folders.ts';

test.each([
  ['linux', {}, '/home/me/.config', '/home/me/.local/share'],
  ['linux', { XDG_CONFIG_HOME: '/config', XDG_DATA_HOME: '/data' }, '/config', '/data'],
  ['darwin', {}, '/home/me/Library/Application Support', '/home/me/Library/Application Support'],
  ['win32', {}, '/home/me/AppData/Roaming', '/home/me/AppData/Local'],
  ['win32', { APPDATA: '/roaming', LOCALAPPDATA: '/local' }, '/roaming', '/local'],
] as const)('settings and data on %s with %j', (platform, env, settings, data) => {
  expect(studioFolders(env, platform, '/home/me')).toEqual({
    settingsFile: join(settings, 'cauchy-studio', 'settings.json'),
    projectsFolder: join('/home/me/Cauchy Studio'),
    dataFolder: join(data, 'cauchy-studio', 'data'),
  });
});

test('CAUCHY_HOME moves everything into one folder', () => {
  expect(studioFolders({ CAUCHY_HOME: '/other', XDG_CONFIG_HOME: '/config' }, 'linux', '/home/me')).toEqual({
    settingsFile: join('/other/settings.json'),
    projectsFolder: join('/other/projects'),
    dataFolder: join('/other/data'),
  });
});
