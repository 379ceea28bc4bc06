/** The application on plain Node: for the terminal and for the browser host. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createStudio } from '../app.ts';
import type { Studio } from '../app.ts';
import { studioFolders } from '../base/folders.ts';
import { version } from '../base/version.ts';
import { spawnEngine } from '../host/spawn-engine.ts';

/** The folder that holds `dist/` and `resources/`; this file is `dist/main/cli/node-studio.js` in it. */
export const programFolder = join(import.meta.dirname, '..', '..', '..');
export const rendererFolder = join(programFolder, 'dist', 'renderer');
export const resourcesFolder = join(programFolder, 'resources');

/** `program` names the holder of a project's lock. `uploadFolder` finds the files that a browser has sent. */
export function createNodeStudio(program: string, uploadFolder?: (id: string) => string): Promise<Studio> {
  return createStudio({
    version,
    resources: resourcesFolder,
    ...studioFolders(process.env, process.platform, homedir()),
    program,
    shell: { kind: 'browser' },
    spawnEngine: (device) => spawnEngine(join(programFolder, 'dist', 'main', 'workers', 'engine.process.js'), device),
    ...(uploadFolder ? { uploadFolder } : {}),
  });
}
