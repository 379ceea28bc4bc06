/** The studio's window: opens where it was, shows itself when it is drawn, comes back when its page dies. */
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { appOrigin } from './addresses.ts';
import { loadWindow, saveWindow, smallestSize, visibleBounds } from './bounds.ts';
import { webPreferences } from './security.ts';

export interface WindowOptions {
  readonly preload: string;
  readonly icon?: string | undefined;
  /** Where the window's place is kept. */
  readonly stateFile: string;
}

/** The pages' own background colours, so that nothing flashes before they are drawn. */
export const background = { light: '#e8eaed', dark: '#0d0f11' } as const;
const backgroundNow = () => (nativeTheme.shouldUseDarkColors ? background.dark : background.light);
/** A page that dies again so soon would die for ever. */
const leastMsBetweenReloads = 10_000;

export function createWindow({ preload, icon, stateFile }: WindowOptions): BrowserWindow {
  const saved = loadWindow(stateFile);
  const window = new BrowserWindow({
    ...visibleBounds(
      saved.bounds,
      screen.getAllDisplays().map(({ workArea }) => workArea),
    ),
    minWidth: smallestSize.width,
    minHeight: smallestSize.height,
    show: false,
    title: 'Cauchy Studio',
    backgroundColor: backgroundNow(),
    ...(icon === undefined ? {} : { icon }),
    webPreferences: { ...webPreferences, preload },
  });
  if (saved.maximised) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () =>
    saveWindow(stateFile, { bounds: window.getNormalBounds(), maximised: window.isMaximized() }),
  );
  const repaint = () => window.setBackgroundColor(backgroundNow());
  nativeTheme.on('updated', repaint);
  window.on('closed', () => nativeTheme.off('updated', repaint));
  reviveWhenGone(window);
  void window.loadURL(`${appOrigin}/`);
  return window;
}

/** A page that crashed is loaded again: training runs elsewhere and does not notice. */
function reviveWhenGone(window: BrowserWindow): void {
  let revivedAt = 0;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed() || Date.now() - revivedAt < leastMsBetweenReloads) return;
    revivedAt = Date.now();
    window.webContents.reload();
  });
}
