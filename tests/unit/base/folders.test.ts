import { join } from 'node:path';
import { expect, test } from 'vitest';
import { studioFolders } from '../../../main/base/folders.ts';

test.each([
  ['linux', {}, '/home/me/.config/cauchy-studio/settings.json'],
  ['linux', { XDG_CONFIG_HOME: '/config' }, '/config/cauchy-studio/settings.json'],
  ['darwin', {}, '/home/me/Library/Application Support/cauchy-studio/settings.json'],
  ['win32', {}, '/home/me/AppData/Roaming/cauchy-studio/settings.json'],
  ['win32', { APPDATA: '/roaming' }, '/roaming/cauchy-studio/settings.json'],
] as const)('settings on %s with %j', (platform, env, settingsFile) => {
  expect(studioFolders(env, platform, '/home/me')).toEqual({
    settingsFile: join(settingsFile),
    projectsFolder: join('/home/me/Cauchy Studio'),
  });
});

test('CAUCHY_HOME moves everything into one folder', () => {
  expect(studioFolders({ CAUCHY_HOME: '/other', XDG_CONFIG_HOME: '/config' }, 'linux', '/home/me')).toEqual({
    settingsFile: join('/other/settings.json'),
    projectsFolder: join('/other/projects'),
  });
});
