/** The application menu: roles where Electron has them, and what the main process itself can do. */
import { Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';

export interface MenuState {
  readonly platform: NodeJS.Platform;
  readonly recent: readonly { readonly path: string; readonly name: string }[];
  readonly hasProject: boolean;
}
export interface MenuActions {
  newProject(): void;
  openProject(): void;
  openRecent(path: string): void;
  closeProject(): void;
  showSettingsFolder(): void;
}

type Items = MenuItemConstructorOptions[];
const separator: MenuItemConstructorOptions = { type: 'separator' };

export function menuTemplate(state: MenuState, actions: MenuActions): Items {
  const isMac = state.platform === 'darwin';
  return [
    ...(isMac ? ([{ role: 'appMenu' }] satisfies Items) : []),
    { label: '&File', submenu: fileItems(state, actions, isMac) },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        separator,
        { role: 'reload' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        { label: 'Show Settings Folder', click: () => actions.showSettingsFolder() },
        ...(isMac ? [] : ([separator, { role: 'about' }] satisfies Items)),
      ],
    },
  ];
}

function fileItems({ recent, hasProject }: MenuState, actions: MenuActions, isMac: boolean): Items {
  return [
    { label: '&New Project…', accelerator: 'CmdOrCtrl+N', click: () => actions.newProject() },
    { label: '&Open Project…', accelerator: 'CmdOrCtrl+O', click: () => actions.openProject() },
    {
      label: 'Open &Recent',
      enabled: recent.length > 0,
      submenu: recent.map(({ path, name }) => ({
        // An ampersand in a label marks the next letter as its key; a doubled one is a plain one.
        label: `${name} (${path})`.replaceAll('&', '&&'),
        click: () => actions.openRecent(path),
      })),
    },
    { label: '&Close Project', enabled: hasProject, click: () => actions.closeProject() },
    separator,
    isMac ? { role: 'close' } : { role: 'quit' },
  ];
}

export function setMenu(state: MenuState, actions: MenuActions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(state, actions)));
}
