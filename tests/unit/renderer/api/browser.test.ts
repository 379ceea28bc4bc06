import { describe, expect, it } from 'vitest';
import { isStudioError } from '../../../../main/base/errors.ts';
import { browserStudio } from '../../../../renderer/api/browser.ts';
import type { Socket } from '../../../../renderer/api/browser.ts';
import type { ConnectionState } from '../../../../renderer/api/studio.ts';

/** Sockets that the test opens, answers and cuts. */
function fakeHost() {
  const sockets: (Socket & { sent: Record<string, unknown>[]; state: number })[] = [];
  const waits: { ms: number; callback: () => void }[] = [];
  const urls: string[] = [];
  const studio = browserStudio({
    origin: 'http://127.0.0.1:4711',
    createSocket(url) {
      urls.push(url);
      const socket = {
        sent: [] as Record<string, unknown>[],
        state: 0,
        get readyState() {
          return socket.state;
        },
        send: (data: string) => void socket.sent.push(JSON.parse(data) as Record<string, unknown>),
        close: () => cut(socket),
        onopen: null,
        onmessage: null,
        onclose: null,
        onerror: null,
      };
      sockets.push(socket);
      return socket;
    },
    after: (ms, callback) => void waits.push({ ms, callback }),
    sendHttp: () => Promise.reject(new Error('not used')),
  });
  const open = (socket = sockets.at(-1)!) => {
    socket.state = 1;
    socket.onopen?.();
  };
  const cut = (socket: Pick<Socket, 'onclose'>) => socket.onclose?.();
  const tell = (message: unknown) => sockets.at(-1)!.onmessage?.({ data: JSON.stringify(message) });
  return { studio, sockets, waits, urls, open, cut, tell, last: () => sockets.at(-1)! };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const settings = { theme: 'dark', device: 'auto', recent: [] };

describe('browserStudio', () => {
  it('asks over the socket of the same origin and gives the answer', async () => {
    const host = fakeHost();
    expect(host.urls).toEqual(['ws://127.0.0.1:4711/socket']);
    const answer = host.studio.call['settings.get']({});
    host.open();
    await settle();
    expect(host.last().sent).toEqual([{ type: 'call', id: 1, method: 'settings.get', input: {} }]);
    host.tell({ type: 'result', id: 1, output: settings });
    await expect(answer).resolves.toEqual(settings);
  });

  it('rejects what was pending when the connection is lost, and refuses at once until it is back', async () => {
    const host = fakeHost();
    const states: ConnectionState[] = [];
    host.studio.onConnection((state) => states.push(state));
    host.open();
    const pending = host.studio.call['settings.get']({});
    await settle();
    host.cut(host.last());
    await expect(pending).rejects.toSatisfy((thrown) => isStudioError(thrown, 'api.connectionLost'));
    await expect(host.studio.call['settings.get']({})).rejects.toThrow('connection');
    expect(states).toEqual(['lost']);

    host.waits.shift()!.callback();
    host.open();
    await settle();
    expect(states).toEqual(['lost', 'connected']);
    const again = host.studio.call['settings.get']({});
    await settle();
    host.tell({ type: 'result', id: 1, output: settings });
    await expect(again).resolves.toEqual(settings);
  });

  it('waits twice as long after each failure, up to eight seconds, and starts over when connected', async () => {
    const host = fakeHost();
    const waited: number[] = [];
    for (let i = 0; i < 7; i++) {
      host.cut(host.last());
      const { ms, callback } = host.waits.shift()!;
      waited.push(ms);
      callback();
      await settle();
    }
    expect(waited).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
    host.open();
    host.cut(host.last());
    expect(host.waits.shift()!.ms).toBe(500);
  });

  it('keeps listeners over a new connection and stops when told to', async () => {
    const host = fakeHost();
    const heard: unknown[] = [];
    const stop = host.studio.onEvent('settings', (payload) => heard.push(payload.theme));
    host.open();
    host.tell({ type: 'event', event: 'settings', payload: settings });
    host.cut(host.last());
    host.waits.shift()!.callback();
    host.open();
    host.tell({ type: 'event', event: 'settings', payload: { ...settings, theme: 'light' } });
    stop();
    host.tell({ type: 'event', event: 'settings', payload: settings });
    expect(heard).toEqual(['dark', 'light']);
    await settle();
  });

  it('refuses an answer that the contract does not allow', async () => {
    const host = fakeHost();
    host.open();
    const answer = host.studio.call['settings.get']({});
    await settle();
    host.tell({ type: 'result', id: 1, output: { theme: 'pink', recent: [] } });
    await expect(answer).rejects.toSatisfy((thrown) => isStudioError(thrown, 'api.invalidInput'));
  });

  it('encodes every segment of a file’s address', () => {
    const { studio } = fakeHost();
    expect(studio.fileUrl('gallery/a b#1 100%.png')).toBe('http://127.0.0.1:4711/files/gallery/a%20b%231%20100%25.png');
    expect(studio.fileUrl('runs\\x\\å.png')).toBe('http://127.0.0.1:4711/files/runs/x/%C3%A5.png');
    expect(studio.pathsOf([])).toBeUndefined();
  });
});
