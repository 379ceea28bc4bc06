/** Channels, pictures and places for the tests of the outliers' views. */
import type {
  ChannelStatistics,
  LatentStatistics,
  OutlierPicture,
  OutlierPositions,
} from '../../../../../renderer/api/studio.ts';

export const channel = (change: Partial<ChannelStatistics> = {}): ChannelStatistics => ({
  channel: 0,
  n: 4000,
  mean: 0,
  std: 1,
  min: -9,
  q1: -0.7,
  median: 0.1,
  q3: 0.7,
  max: 8,
  mad: 0.7,
  orderError: 0,
  kurtosis: 3,
  innerFences: [-2.8, 2.8],
  outerFences: [-4.9, 4.9],
  innerShare: 0.02,
  outerShare: 0.004,
  whiskers: [-2.8, 2.8],
  outlierSample: [],
  outlierCount: 80,
  histogram: { from: -5, to: 5, counts: [1, 2], below: 3, above: 4 },
  ...change,
});

export const statistics = (...channels: ChannelStatistics[]): LatentStatistics => ({
  pictures: 100,
  shape: [channels.length, 2, 3],
  channels,
  normalisedStd: 0.5,
  constantElements: 0,
});

export const picture = (change: Partial<OutlierPicture> = {}): OutlierPicture => ({
  id: 'a',
  source: '/home/ada/faces/a white square.png',
  file: 'dataset/images/a.png',
  width: 640,
  height: 800,
  innerCount: 20,
  outerCount: 16,
  share: 0.0625,
  worst: { channel: 1, row: 3, col: 4, value: -6.4, z: -12.34 },
  ...change,
});

/** Two channels of 2 × 3 places; the last place of the second channel is a habit. */
export const positions: OutlierPositions = {
  shape: [2, 2, 3],
  pictures: 200,
  shares: [0, 0.01, 0, 0, 0.02, 0, 0, 0.03, 0, 0, 0, 0.62],
  habits: [{ channel: 1, row: 1, col: 2, share: 0.62 }],
};
