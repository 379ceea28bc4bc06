/** Finds a Chromium for the browser tests. Downloads nothing. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge', 'msedge'];

/** @param {NodeJS.ProcessEnv} env @returns {readonly string[]} */
function candidates(env) {
  const named = (env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const programs = [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']].filter(
    (path) => path !== undefined,
  );
  return [
    ...[env['CAUCHY_CHROMIUM'], env['CHROME_PATH']].filter((path) => path !== undefined),
    ...(process.platform === 'win32' ? [] : named),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ...programs.map((folder) => join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')),
    ...programs.map((folder) => join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe')),
  ];
}

/** The path of a Chromium, Chrome or Edge; `CAUCHY_CHROMIUM` names one. @returns {string | undefined} */
export function findChromium(env = process.env) {
  return candidates(env).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
