/** What a preview says, and that doing it gives exactly that. */
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { unadjusted } from '../../../main/datasets/operations/adjustments.ts';
import { readAdjustments, undoOperation } from '../../../main/datasets/operations/log.ts';
import type { Operation } from '../../../main/datasets/operations/schema.ts';
import { latentAdjustments } from '../../../main/latents/adjusted.ts';
import { completeLatents } from '../../../main/latents/caches.ts';
import type { PreviewSide } from '../../../main/latents/preview/schema.ts';
import { denormalise } from '../../../main/latents/normalise.ts';
import { readLatentSet } from '../../../main/latents/reader.ts';
import type { LatentStatistics } from '../../../main/latents/schema.ts';
import { latentsFolder } from '../../../main/latents/store.ts';
import { fencesOf, quantile } from '../../../main/latents/statistics.ts';
import { drawnProject } from '../../support/encoding.ts';

/** What the statistics of a set say, as a preview says it. */
function sideOf({ pictures, channels }: LatentStatistics): PreviewSide {
  const rows = channels.map(({ channel, n, q1, median, q3, innerFences, outerFences, histogram, ...channelOf }) => ({
    ...{ channel, n, q1, median, q3, innerFences, outerFences, histogram },
    beyondInner: channelOf.outlierCount,
    beyondOuter: Math.round(channelOf.outerShare * n),
  }));
  const sum = (name: 'beyondInner' | 'beyondOuter') => rows.reduce((all, row) => all + row[name], 0);
  return {
    ...{ pictures, unencoded: 0, beyondInner: sum('beyondInner'), beyondOuter: sum('beyondOuter') },
    channels: rows,
  };
}

const leaveOut = (...pictures: string[]): Operation => ({ kind: 'leaveOut', pictures });

describe('a preview', () => {
  it('of leaving pictures out says what the set without them says, and writes nothing', async () => {
    const { project, encode, operate, preview, ids } = await drawnProject(24);
    const { statistics } = await encode();
    const [first, second] = [leaveOut(...ids.slice(2, 5)), leaveOut(ids[9]!)];
    const files = await readdir(project, { recursive: true });
    const one = await preview(first);
    expect(await readdir(project, { recursive: true })).toEqual(files);
    expect(one.before).toEqual(sideOf(statistics));
    expect(one.after.beyondInner).not.toBe(one.before.beyondInner);
    // The next one, before anything was encoded.
    await operate(first);
    const two = await preview(second);
    expect(two.before).toEqual(one.after);
    expect(sideOf((await encode()).statistics)).toEqual(one.after);
    await operate(second);
    expect(sideOf((await encode()).statistics)).toEqual(two.after);
    // Back again: the latents are in an older set.
    const back = await preview({ kind: 'putBack', pictures: [...ids] });
    expect(back).toMatchObject({ before: two.after, after: one.before });
  });

  it('of framing pictures anew encodes these alone, and says what the set with them says', async () => {
    const { encode, operate, preview, ids, encodedForPreview, loaded } = await drawnProject(24);
    loaded();
    const { statistics } = await encode();
    const ofEncoding = loaded();
    const operation: Operation = { kind: 'recrop', pictures: ids.slice(3, 5), square: { x: 4, y: 6, side: 20 } };
    const before = await readdir(tmpdir());
    const said = await preview(operation);
    expect(encodedForPreview()).toBe(2);
    // An encoding under way keeps its programs.
    const ofPreview = loaded();
    expect(ofPreview).toHaveLength(1);
    expect(ofEncoding).not.toContain(ofPreview[0]);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('cauchy-preview-'))).toEqual(
      before.filter((name) => name.startsWith('cauchy-preview-')),
    );
    expect(said.before).toEqual(sideOf(statistics));
    expect(said.after.channels).not.toEqual(said.before.channels);
    await operate(operation);
    const { report, statistics: after } = await encode();
    expect(report).toMatchObject({ encoded: 2, reused: 22 });
    expect(sideOf(after)).toEqual(said.after);
    // It is there now.
    await preview(operation);
    expect(encodedForPreview()).toBe(0);
  });

  it('of clipping says what training reads then, and how many values of how many pictures that changes', async () => {
    const { project, encode, operate, preview, ids } = await drawnProject(24);
    await encode({ flip: true });
    const said = await preview({ kind: 'clip', k: 1.5 });
    expect(said.before.clipped).toBeUndefined();
    await operate({ kind: 'clip', k: 1.5 });
    // Nothing is encoded anew: the same set counts.
    const manifest = await completeLatents(project);
    const channels = (await encode({ flip: true })).statistics.channels;
    const adjusted = latentAdjustments(await readAdjustments(project), manifest, channels);
    const set = await readLatentSet(latentsFolder(project, manifest.key), 0, adjusted);
    expect(said.after.clipped).toEqual(set.clipped);
    expect(set.clipped!.pictures).toBe(24);
    const raw = denormalise(set.training, set.normalisation);
    const positions = manifest.shape[1] * manifest.shape[2];
    for (const { channel, n, q1, q3, beyondInner, histogram } of said.after.channels) {
      const values = raw.filter((_, i) => Math.floor((i % set.dimensions) / positions) === channel).sort();
      const { inner } = fencesOf(quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75));
      expect(n).toBe(values.length);
      // Normalised and back, in float32.
      expect(q1).toBeCloseTo(quantile(values, 0.25), 5);
      expect(q3).toBeCloseTo(quantile(values, 0.75), 5);
      expect(beyondInner).toBe(values.filter((value) => value < inner[0] || value > inner[1]).length);
      expect(histogram.from).toBeCloseTo(values[0]!, 5);
    }
    // Done, it is what the next preview begins with; undone, it is not.
    const next = await preview({ kind: 'clip', k: null, pictures: [ids[0]!] });
    expect(next.before).toEqual(said.after);
    expect(next.after.clipped!.pictures).toBe(23);
    await undoOperation(project, 1, () => new Date(0));
    expect((await preview({ kind: 'weigh', pictures: [ids[0]!], weight: 0.5 })).before).toEqual(said.before);
  });

  it('of leaving pictures out where latents are clipped bounds them by those that stay', async () => {
    const { project, encode, operate, preview, ids } = await drawnProject(24);
    await encode();
    await operate({ kind: 'clip', k: 1 });
    const said = await preview(leaveOut(...ids.slice(0, 6)));
    await operate(leaveOut(...ids.slice(0, 6)));
    const { key, statistics } = await encode();
    const adjusted = latentAdjustments(
      await readAdjustments(project),
      await completeLatents(project),
      statistics.channels,
    );
    const set = await readLatentSet(latentsFolder(project, key), 0, adjusted);
    expect(said.after.clipped).toEqual(set.clipped);
    expect(said.after.clipped!.values).not.toBe(said.before.clipped!.values);
  });

  it('of weighing down changes nothing in the latents', async () => {
    const { encode, preview, ids } = await drawnProject();
    const { statistics } = await encode();
    const { before, after } = await preview({ kind: 'weigh', pictures: [ids[0]!], weight: 0.1 });
    expect([before, after]).toEqual([sideOf(statistics), sideOf(statistics)]);
  });

  it('says which pictures are not encoded yet, and needs some that are, and some that stay', async () => {
    const { add, encode, preview, ids } = await drawnProject();
    await expect(preview(leaveOut(ids[0]!))).rejects.toMatchObject({ code: 'latents.missing' });
    await encode();
    await add(20);
    expect(await preview(leaveOut(ids[0]!))).toMatchObject({
      before: { pictures: 16, unencoded: 4 },
      after: { pictures: 15, unencoded: 4 },
    });
    // Without these, only pictures are left that are not encoded.
    await expect(preview(leaveOut(...ids))).rejects.toMatchObject({ code: 'latents.missing' });
  });
});

it('the files of a project say the same before and after a preview that is refused', async () => {
  const { project, encode, preview, ids } = await drawnProject();
  await encode();
  const files = await readdir(project, { recursive: true });
  await expect(preview(leaveOut(...ids))).rejects.toMatchObject({ code: 'dataset.allLeftOut' });
  expect(await readdir(project, { recursive: true })).toEqual(files);
  expect(await readAdjustments(project)).toEqual(unadjusted);
});
