/** What pages may not do: no permissions, no network, no other pages, no windows of their own. */
import { app, session } from 'electron';
import type { Session, WebContents, WebPreferences } from 'electron';
import { appOrigin, scheme } from './addresses.ts';

/** The studio's window knows nothing of Node, and its preload script runs in Chromium's sandbox. */
export const webPreferences = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  // The spelling checker would fetch dictionaries from the network.
  spellcheck: false,
} as const satisfies WebPreferences;

/** Applies to every page that is ever made, whoever makes it. */
export function restrictPages(): void {
  restrictSession(session.defaultSession);
  app.on('web-contents-created', (_event, contents) => restrictContents(contents));
}

function restrictSession(pages: Session): void {
  pages.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  pages.setPermissionCheckHandler(() => false);
  pages.setDevicePermissionHandler(() => false);
  // The page has nothing to ask of a network or of the disk; its policy says so, and here it is enforced.
  pages.webRequest.onBeforeRequest((request, decide) => decide({ cancel: !isAllowedUrl(request.url) }));
}

/** Our scheme, and data that the page made itself. The developer tools load their own pages. */
export function isAllowedUrl(url: string): boolean {
  return [`${scheme}:`, 'blob:', 'data:', 'devtools:', 'about:blank'].some((start) => url.startsWith(start));
}

export function restrictContents(contents: WebContents): void {
  const stayHere = (event: { preventDefault(): void; readonly url: string }) => {
    if (!event.url.startsWith(`${appOrigin}/`)) event.preventDefault();
  };
  contents.on('will-navigate', stayHere);
  contents.on('will-frame-navigate', stayHere);
  contents.on('will-redirect', stayHere);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
