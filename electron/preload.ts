/** Puts `window.studio` on the page: one function per method of the contract, its events, and nothing of Electron. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { StudioBridge } from '../main/api/contract/bridge.ts';
import { studioContract } from '../main/api/contract/contract.ts';
import { callChannel, eventChannel, projectFileUrl } from './addresses.ts';

const listeners = new Map<string, Set<(payload: unknown) => void>>(
  Object.keys(studioContract.events).map((event) => [event, new Set()]),
);

ipcRenderer.on(eventChannel, (_event, name: string, payload: unknown) => {
  for (const listener of listeners.get(name) ?? []) listener(payload);
});

const call = Object.freeze(
  Object.fromEntries(
    Object.keys(studioContract.methods).map((method) => [
      method,
      (input: unknown) => ipcRenderer.invoke(callChannel(method), input) as Promise<unknown>,
    ]),
  ),
) as StudioBridge['call'];

const bridge: StudioBridge<File> = {
  call,
  on(event, listener) {
    const set = listeners.get(event);
    if (!set) throw new Error(`There is no event “${event}”.`);
    // One entry per call, so that a function that listens twice is also told twice and stops one at a time.
    const entry = (payload: unknown) => listener(payload);
    set.add(entry);
    return () => void set.delete(entry);
  },
  pathsOf: (files) => files.map((file) => webUtils.getPathForFile(file)),
  fileUrl: projectFileUrl,
};

contextBridge.exposeInMainWorld('studio', Object.freeze(bridge));
