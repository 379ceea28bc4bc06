/** What the menu does: calls of the contract behind native dialogs. Refusals are shown in their own words. */
import { dialog, shell } from 'electron';
import { basename, dirname, join } from 'node:path';
import { callStudio } from '../main/api/shell/call.ts';
import type { StudioMethod } from '../main/api/shell/call.ts';
import type { StudioApp } from '../main/api/studio.ts';
import { pickFolders, showError } from './dialogs.ts';
import { setMenu } from './menu.ts';
import type { MenuActions, MenuState } from './menu.ts';

export interface MenuPorts {
  readonly studio: StudioApp;
  readonly projectsFolder: string;
  readonly settingsFile: string;
}

export function menuActions({ studio, projectsFolder, settingsFile }: MenuPorts): MenuActions {
  const call = async (method: StudioMethod, input: unknown) => {
    const answer = await callStudio(studio.handlers, method, input);
    if (!answer.ok) await showError(answer.error);
  };
  const newProject = async () => {
    const { canceled, filePath } = await dialog.showSaveDialog({
      title: 'New project',
      buttonLabel: 'Create',
      defaultPath: join(projectsFolder, 'My Project'),
      properties: ['createDirectory'],
    });
    if (!canceled) await call('project.create', { name: basename(filePath, '.cauchy'), parent: dirname(filePath) });
  };
  const openProject = async () => {
    const [path] = await pickFolders({
      title: 'Open a project',
      buttonLabel: 'Open',
      defaultPath: projectsFolder,
      properties: ['openDirectory'],
    });
    if (path !== undefined) await call('project.open', { path });
  };
  return {
    newProject: () => void newProject(),
    openProject: () => void openProject(),
    openRecent: (path) => void call('project.open', { path }),
    closeProject: () => void call('project.close', {}),
    showSettingsFolder: () => shell.showItemInFolder(settingsFile),
  };
}

/** Keeps the menu in step with the recent projects and the open one. */
export async function followMenu(ports: MenuPorts, platform: NodeJS.Platform): Promise<void> {
  const actions = menuActions(ports);
  const { handlers } = ports.studio;
  const settings = await callStudio(handlers, 'settings.get', {});
  const project = await callStudio(handlers, 'project.current', {});
  let state: MenuState = {
    platform,
    recent: settings.ok ? (settings.output as { recent: MenuState['recent'] }).recent : [],
    hasProject: project.ok && project.output !== null,
  };
  setMenu(state, actions);
  ports.studio.subscribe((event, payload) => {
    if (event === 'settings') state = { ...state, recent: (payload as { recent: MenuState['recent'] }).recent };
    else if (event === 'project') state = { ...state, hasProject: payload !== null };
    else return;
    setMenu(state, actions);
  });
}
