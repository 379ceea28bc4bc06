/** What the fake studio is: its presets and errors. */
import { runConfigSchema } from '../studio.ts';
import type { Preset, StudioInfo } from '../studio.ts';

const network = (width: number, depth: number) => ({ kind: 'dit' as const, patch: 2 as const, width, depth, heads: 4 });

const presets: Preset[] = [
  {
    id: 'quick-look',
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
    id: 'paper',
    name: 'As in the paper',
    description: 'The settings that were published. Made for a large graphics card; on a processor it takes weeks.',
    source: 'fake',
    config: runConfigSchema.parse({
      network: { ...network(768, 12), heads: 12 },
      batchSize: 256,
      length: { kind: 'steps', steps: 400_000 },
    }),
  },
];

export function studioInfo(shell: 'electron' | 'browser'): StudioInfo {
  return {
    version: '0.1.0',
    shell: { kind: shell, canPickFolders: shell === 'electron', canRevealFiles: shell === 'electron' },
    projectsFolder: '/home/ada/Pictures/Cauchy',
    presets,
    vaes: [
      {
        name: 'starter',
        title: 'Starter VAE',
        description: 'Ships with the studio: small and fast, made for a first model on a computer without a GPU.',
      },
      {
        name: 'sd',
        title: 'Stable Diffusion VAE',
        description: 'Larger and sharper, for photographs. Encoding takes about eight times as long.',
      },
    ],
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
