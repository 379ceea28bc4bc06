import { describe, expect, it } from 'vitest';
import type { StudioBridge } from '../../../../main/api/contract/bridge.ts';
import { isStudioError, studioError, toWire } from '../../../../main/base/errors.ts';
import { electronStudio } from '../../../../renderer/api/electron.ts';

function bridge(answer: unknown) {
  const listeners: ((payload: unknown) => void)[] = [];
  const fake = {
    call: new Proxy({}, { get: () => () => Promise.resolve(answer) }),
    on: (_event: string, listener: (payload: unknown) => void) => {
      listeners.push(listener);
      return () => void listeners.splice(0);
    },
    pathsOf: (files: readonly File[]) => files.map(({ name }) => `/x/${name}`),
    fileUrl: (file: string) => `studio://project/${file}`,
  } as unknown as StudioBridge<File>;
  return { studio: electronStudio(fake), listeners };
}

describe('electronStudio', () => {
  it('gives results that the contract allows and refuses others', async () => {
    const { studio } = bridge({ ok: true, output: { theme: 'light', device: 'auto', recent: [] } });
    await expect(studio.call['settings.get']({})).resolves.toEqual({ theme: 'light', device: 'auto', recent: [] });
    await expect(studio.call['jobs.list']({})).rejects.toSatisfy((thrown) => isStudioError(thrown, 'api.invalidInput'));
  });
  it('rebuilds errors with their code and words', async () => {
    const error = toWire(studioError('project.exists', { path: '/a' }));
    const { studio } = bridge({ ok: false, error });
    await expect(studio.call['project.create']({ name: 'a' })).rejects.toSatisfy(
      (thrown) => isStudioError(thrown, 'project.exists') && thrown.words.advice === error.advice,
    );
  });
  it('parses events before anyone hears them', () => {
    const { studio, listeners } = bridge(undefined);
    const heard: unknown[] = [];
    const stop = studio.onEvent('settings', (settings) => heard.push(settings.theme));
    listeners[0]!({ theme: 'dark', recent: [] });
    expect(() => listeners[0]!({ theme: 'pink' })).toThrow();
    expect(heard).toEqual(['dark']);
    stop();
    expect(listeners).toEqual([]);
  });
  it('knows the paths of files and needs no upload', async () => {
    const { studio } = bridge(undefined);
    expect(studio.pathsOf([new File([], 'a.png')])).toEqual(['/x/a.png']);
    expect(studio.fileUrl('gallery/1.png')).toBe('studio://project/gallery/1.png');
    await expect(studio.upload([], () => undefined)).rejects.toThrow('paths of files');
  });
});
