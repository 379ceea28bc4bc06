/**
 * A studio in memory, for browser tests and for work on the screens: same contract, same protocol, every message parsed.
 * `?fake=SCENARIO&shell=electron&speed=20` — it is not part of the product's bundle.
 */
import { studioContract } from '../../../main/api/contract/contract.ts';
import { localPorts } from '../../../main/base/local-port.ts';
import { connect, serve } from '../../../main/base/rpc.ts';
import type { ConnectionState, Studio } from '../studio.ts';
import { fakeHandlers } from './handlers.ts';
import { faceCount, faceUrl, loadFaces } from './pictures.ts';
import { scenarios } from './scenarios.ts';
import { FakeVaes } from './vaes.ts';
import { FakeWorld } from './world.ts';

declare global {
  interface Window {
    /** Lets a test cut the connection and bring it back. */
    fakeConnection?: (state: ConnectionState) => void;
  }
}

/** The number in a file's name decides which portrait it shows. */
function faceOf(file: string): number {
  const digits = /([0-9a-f]+)(?:-\d+)?\.png$/.exec(file)?.[1] ?? '0';
  return parseInt(digits, file.startsWith('gallery') ? 10 : 16);
}

export async function fakeStudio(scenario: string): Promise<Studio> {
  const query = new URLSearchParams(location.search);
  const shell = query.get('shell') === 'electron' ? 'electron' : 'browser';
  const world = new FakeWorld(Number(query.get('speed') ?? 1));
  await loadFaces();
  const [ours, theirs] = localPorts();
  const vaes = new FakeVaes(world);
  world.emit = serve(studioContract, fakeHandlers(world, vaes, shell), theirs);
  scenarios[scenario]?.(world, vaes);
  const { call, onEvent } = connect(studioContract, ours);
  const listeners = new Set<(state: ConnectionState) => void>();
  window.fakeConnection = (state) => listeners.forEach((listener) => listener(state));
  const urls = new Map<number, string>();
  return {
    call,
    onEvent,
    onConnection(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    fileUrl(file) {
      const face = faceOf(file) % faceCount;
      const made = world.files.get(file) ?? urls.get(face);
      if (made !== undefined) return made;
      const url = faceUrl(face);
      urls.set(face, url);
      return url;
    },
    pathsOf: (files) => (shell === 'electron' ? files.map(({ name }) => `/home/ada/${name}`) : undefined),
    async upload(files, onProgress, signal) {
      const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0);
      for (let sent = 0; sent <= files.length; sent++) {
        signal?.throwIfAborted();
        onProgress({ files: sent, totalFiles: files.length, bytes: (totalBytes * sent) / files.length, totalBytes });
        await new Promise((resolve) => setTimeout(resolve, 400 / files.length));
      }
      return { id: 'fake-upload' };
    },
  };
}
