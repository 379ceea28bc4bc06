import { describe, expect, it } from 'vitest';
import { bellCurve, pooled, tailVerdict } from '../../../../main/latents/views/advice.ts';
import type { ChannelStatistics, LatentStatistics } from '../../../../renderer/api/studio.ts';
import {
  boxPlotSentence,
  histogramSentence,
  latentFacts,
  outsideWords,
  verdictWords,
} from '../../../../renderer/features/latents/latents-view.ts';

const channel = (change: Partial<ChannelStatistics> = {}): ChannelStatistics => ({
  channel: 0,
  n: 1000,
  mean: 0.1,
  std: 1,
  min: -8,
  q1: -0.6,
  median: 0.1,
  q3: 0.8,
  max: 9,
  mad: 0.7,
  orderError: 0,
  kurtosis: 3,
  innerFences: [-2.7, 2.9],
  outerFences: [-4.8, 5],
  innerShare: 0.02,
  outerShare: 0.004,
  whiskers: [-2.7, 2.9],
  outlierSample: [],
  outlierCount: 20,
  histogram: { from: -5, to: 5, counts: [1, 2], below: 3, above: 4 },
  ...change,
});
const statistics = (...channels: ChannelStatistics[]): LatentStatistics => ({
  pictures: 100,
  shape: [channels.length, 8, 8],
  channels,
  normalisedStd: 0.5,
  constantElements: 0,
});

describe('the view of latents', () => {
  it('pools channels by how many values they have', () => {
    expect(
      pooled([channel({ n: 100, innerShare: 0.1 }), channel({ n: 300, innerShare: 0.02 })]).innerShare,
    ).toBeCloseTo(0.04);
  });

  it('calls tails heavy, like a bell curve, or light', () => {
    expect(tailVerdict({ innerShare: 0.02, outerShare: 0.004, kurtosis: 3 })).toBe('heavy');
    expect(tailVerdict(bellCurve)).toBe('bell');
    expect(tailVerdict({ innerShare: 0, outerShare: 0, kurtosis: -1 })).toBe('light');
  });

  it('says in plain words what heavy tails mean, with the figures and the bell curve’s own', () => {
    const { title, text } = verdictWords(statistics(channel()));
    expect(title).toContain('Heavy tails');
    expect(text).toContain('2.0 %');
    expect(text).toContain('0.70 %');
    expect(text).toContain('0.40 %');
    // 0.004 / 2.3419e-6 = 1708
    expect(text).toContain('1,700 times');
    expect(text).toContain('Cauchy loss');
    expect(verdictWords(statistics(channel({ innerShare: 0.007, outerShare: 0 }))).title).toBe(
      'Close to a bell curve.',
    );
  });

  it('describes charts in a sentence and leaves nothing outside them unsaid', () => {
    expect(histogramSentence(channel())).toContain('1,000 values around 0.1');
    expect(boxPlotSentence([channel()])).toContain('median 0.1, 20 outliers');
    expect(outsideWords(channel())).toBe('3 below -5 and 4 above 5 lie outside the histogram.');
    expect(outsideWords(channel({ histogram: { from: 0, to: 1, counts: [], below: 0, above: 0 } }))).toBe('');
  });

  it('shows zero as zero', () => {
    expect(latentFacts(statistics(channel()), undefined).map(({ value }) => value)).toEqual([
      '100',
      '1 × 8 × 8',
      'not known',
      '0.5000',
      '0',
    ]);
  });
});
