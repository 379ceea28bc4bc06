import { describe, expect, it } from 'vitest';
import type { Job, ProjectSummary, RunRecord } from '../../../../renderer/api/studio.ts';
import { placesOf } from '../../../../renderer/app/places.ts';
import { placeOfKey } from '../../../../renderer/app/shortcuts.ts';

const empty: ProjectSummary = {
  path: '/p.cauchy',
  name: 'p',
  pictures: { used: 0, quarantined: 0, duplicates: 0, ignored: 0 },
  latents: { encoded: 0, complete: false },
  runs: [],
  vaeRuns: [],
  galleryPictures: 0,
};
const imported = { ...empty, pictures: { ...empty.pictures, used: 5120 } };
const encoded = { ...imported, latents: { encoded: 5120, complete: true, vae: 'starter' } };
const run = (status: RunRecord['status'], step: number) => ({ id: 'run-1', status, step }) as RunRecord;
const job = (kind: Job['kind'], change: Partial<Job> = {}): Job => ({
  id: 1,
  kind,
  title: '',
  status: 'running',
  done: 25,
  total: 100,
  unit: 'pictures',
  counts: {},
  ...change,
});
const states = (project: ProjectSummary, jobs: Job[] = []) =>
  placesOf(project, jobs).map(({ name, state, note }) => `${name} ${state}: ${note}`);

describe('placesOf', () => {
  it('begins with the pictures and says what the others wait for', () => {
    expect(states(empty)).toEqual([
      'pictures next: Add your pictures',
      'latents locked: Needs pictures',
      'train locked: Needs latents',
      'gallery locked: Needs a model',
      'devices open: ',
      'settings open: ',
    ]);
  });
  it('moves on step by step, with one next thing at a time', () => {
    for (const project of [empty, imported, encoded, { ...encoded, runs: [run('stopped', 500)] }])
      expect(placesOf(project, []).filter(({ state }) => state === 'next')).toHaveLength(1);
    expect(states(imported)[1]).toBe('latents next: Ready to encode');
    expect(states(encoded).slice(0, 3)).toEqual([
      'pictures done: 5,120 pictures',
      'latents done: Encoded',
      'train next: Ready to train',
    ]);
    expect(states({ ...encoded, runs: [run('finished', 2000)] })[3]).toBe('gallery next: Ready');
  });
  it('counts only the pictures that are not left out as those to encode', () => {
    const half = { ...imported, latents: { encoded: 2000, complete: false, vae: 'starter' } };
    expect(states(half)[1]).toBe('latents next: 2,000 of 5,120');
    expect(states({ ...half, adjusted: { leftOut: 20, weighed: 0, reframed: 0, clipped: 0 } })[1]).toBe(
      'latents next: 2,000 of 5,100',
    );
  });
  it('shows how far work is, and that encoding waits for the import', () => {
    expect(states(imported, [job('import')]).slice(0, 2)).toEqual([
      'pictures busy: Importing 25 %',
      'latents locked: After the import',
    ]);
    expect(states(encoded, [job('train', { status: 'queued' })])[2]).toBe('train busy: Waiting its turn');
    expect(states(imported, [job('encode', { status: 'done' })])[1]).toBe('latents next: Ready to encode');
  });
  it('shows what else goes on among the latents, encoding before all', () => {
    expect(states(encoded, [job('trainVae')])[1]).toBe('latents busy: Training a VAE 25 %');
    expect(states(encoded, [job('reconstruct'), job('encode')])[1]).toBe('latents busy: Encoding 25 %');
  });
  it('says how much of an interrupted encoding is kept', () => {
    expect(states({ ...imported, latents: { encoded: 1800, complete: false } })[1]).toBe(
      'latents next: 1,800 of 5,120',
    );
  });
  it('points at runs that need a decision', () => {
    expect(states({ ...encoded, runs: [run('interrupted', 300)] })[2]).toBe('train next: Interrupted');
    expect(states({ ...encoded, runs: [run('paused', 300)] })[2]).toBe('train paused: Paused');
    // A run that never saved anything gives nothing to draw with.
    expect(states({ ...encoded, runs: [run('failed', 0)] })[3]).toBe('gallery locked: Needs a model');
  });
});

describe('placeOfKey', () => {
  const key = (code: string, change = {}) =>
    placeOfKey({ altKey: true, ctrlKey: false, metaKey: false, code, ...change });
  it('takes Alt with a digit, by position, and nothing else', () => {
    expect(['Digit1', 'Digit5', 'Digit6', 'Digit7', 'KeyA'].map((code) => key(code))).toEqual([
      'pictures',
      'devices',
      'settings',
      undefined,
      undefined,
    ]);
    expect(key('Digit1', { altKey: false })).toBeUndefined();
    expect(key('Digit1', { ctrlKey: true })).toBeUndefined();
  });
});
