/** The contract over Electron's IPC: calls from our own page only, events to every window of ours. */
import { BrowserWindow, ipcMain } from 'electron';
import type { IpcMainInvokeEvent } from 'electron';
import type { BridgeAnswer } from '../main/api/contract/bridge.ts';
import { callStudio, studioMethods } from '../main/api/shell/call.ts';
import type { StudioApp } from '../main/api/studio.ts';
import { studioError, toWire } from '../main/base/errors.ts';
import { appOrigin, callChannel, eventChannel } from './addresses.ts';

/** Whether a message comes from the page that we loaded into the window itself, not from a frame inside it. */
export function isOurPage({ senderFrame }: Pick<IpcMainInvokeEvent, 'senderFrame'>): boolean {
  return senderFrame !== null && senderFrame.parent === null && senderFrame.url.startsWith(`${appOrigin}/`);
}

/** Answers the contract's methods and passes its events on. Returns the function that stops both. */
export function serveIpc(studio: StudioApp): () => void {
  for (const method of studioMethods) {
    ipcMain.handle(callChannel(method), (event, input: unknown): Promise<BridgeAnswer> | BridgeAnswer => {
      if (isOurPage(event)) return callStudio(studio.handlers, method, input);
      return { ok: false, error: toWire(studioError('host.refused', { reason: 'it does not come from the studio' })) };
    });
  }
  const unsubscribe = studio.subscribe((name, payload) => {
    for (const window of BrowserWindow.getAllWindows()) {
      if (!window.isDestroyed() && !window.webContents.isDestroyed()) {
        window.webContents.send(eventChannel, name, payload);
      }
    }
  });
  return () => {
    unsubscribe();
    for (const method of studioMethods) ipcMain.removeHandler(callChannel(method));
  };
}
