/** What the fake studio is: its presets, pictures and errors. */
import { runConfigSchema } from '../studio.ts';
import type { Preset, StudioInfo, UsedPicture } from '../studio.ts';

const network = (width: number, depth: number) => ({ kind: 'dit' as const, patch: 2 as const, width, depth, heads: 4 });

const papers = (
  [
    ['celeba', 'CelebA-HQ, as in the paper', { kind: 'unet', width: 128 }, 128, 1400],
    ['church', 'LSUN Church, as in the paper', { kind: 'unet', width: 128 }, 256, 1800],
    ['dit', 'DiT-B/2, the authors’ later recipe', { ...network(768, 12), heads: 12 }, 48, 700],
    ['ilct', 'iLCT baseline, the authors’ constant', { kind: 'unet', width: 128, norm: 'group' }, 128, 1600],
  ] as const
).map(([id, name, net, batchSize, epochs]): Preset => ({
  id,
  group: 'paper',
  pictureSize: 256,
  name,
  description:
    'The paper’s recipe for pictures of 256 pixels: passes over all pictures in stages. Meant for a graphics card with much memory, and weeks of it.',
  source:
    'Ada & Byron, 1843, On the drawing of faces by engines, Table 1; constants of the code whose log holds the published numbers',
  config: runConfigSchema.parse({ network: net, batchSize, length: { kind: 'epochs', epochs } }),
}));

const presets: Preset[] = [
  {
    id: 'quick-look',
    group: 'studio',
    name: 'Quick look',
    description:
      'A first model in five minutes on a computer without a GPU. The pictures are soft but recognisable; run it longer for better ones.',
    source: 'fake',
    config: runConfigSchema.parse({
      network: network(128, 4),
      objective: { kind: 'consistency', curriculum: { s0: 10, s1: 80 } },
      batchSize: 64,
      length: { kind: 'minutes', minutes: 5 },
    }),
  },
  {
    id: 'evening',
    group: 'studio',
    name: 'An evening',
    description: 'A larger model that gets three hours. Details become clear. Good for a few thousand pictures.',
    source: 'fake',
    config: runConfigSchema.parse({
      network: network(256, 6),
      objective: { kind: 'consistency', curriculum: { s0: 10, s1: 160 } },
      batchSize: 64,
      length: { kind: 'minutes', minutes: 180 },
    }),
  },
  {
    id: 'overnight',
    group: 'studio',
    name: 'Overnight on a graphics card',
    description:
      'Ten hours on one graphics card with 8 GB or more, for a few thousand pictures. Look at the gallery in the morning.',
    source: 'fake',
    config: runConfigSchema.parse({
      network: { ...network(384, 12), heads: 6 },
      batchSize: 64,
      length: { kind: 'minutes', minutes: 600 },
    }),
  },
  ...papers,
];

export function studioInfo(shell: 'electron' | 'browser'): StudioInfo {
  return {
    version: '0.1.0',
    shell: { kind: shell, canPickFolders: shell === 'electron', canRevealFiles: shell === 'electron' },
    projectsFolder: '/home/ada/Pictures/Cauchy',
    presets,
  };
}

/** The id of the picture at a place of the dataset. */
export const hex = (value: number) => value.toString(16).padStart(16, '0');

/** The picture at a place of the dataset. */
export function portrait(index: number): UsedPicture {
  return {
    kind: 'used',
    id: hex(index),
    source: `/home/ada/faces/portrait ${String(index + 1).padStart(5, '0')}.jpg`,
    file: `dataset/images/${hex(index)}.png`,
    width: 640 + (index % 5) * 160,
    height: 800,
    format: 'jpeg',
    bytes: 182_000 + 37 * index,
  };
}

/** A file list with everything that can happen to a file. */
export const troubles = {
  quarantined: [
    { source: '/home/ada/faces/scan 017.jpg', reason: 'The file ends in the middle of the picture.' },
    { source: '/home/ada/faces/old/IMG_2210.HEIC', reason: 'HEIC pictures can not be read.' },
    { source: '/home/ada/faces/archive.zip!raw/0091.png', reason: 'The picture has no pixels.' },
  ],
  duplicates: 12,
  ignored: [
    { source: '/home/ada/faces/readme.txt', reason: 'A text' },
    { source: '/home/ada/faces/.DS_Store', reason: 'A hidden file' },
  ],
} as const;
