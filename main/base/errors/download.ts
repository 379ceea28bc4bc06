/** Errors of what a person asked to download. */
import { entry } from './words.ts';

export const downloadErrors = {
  'download.failed': entry<{ url: string; reason: string }>('environment', ({ url, reason }) => ({
    what: `${url} could not be downloaded: ${reason}.`,
    means: 'Nothing was added. What has arrived is kept.',
    advice: 'Check the connection and give the command again: it goes on from there.',
  })),
  'download.wrongFile': entry<{ url: string; expected: string; found: string }>(
    'environment',
    ({ url, expected, found }) => ({
      what: `What came from ${url} is not the file that this version of the studio knows: its SHA-256 is ${found}, not ${expected}.`,
      means: 'It was deleted, and nothing was added.',
      advice:
        'Give the command again. If it stays, something between this computer and the server changes files: ask whoever runs the network.',
    }),
  ),
  'download.noSpace': entry<{ path: string; needed: string; free: string }>(
    'environment',
    ({ path, needed, free }) => ({
      what: `The disk that holds ${path} has ${free} free, and ${needed} are needed.`,
      means: 'Nothing was downloaded.',
      advice: 'Free some space and give the command again.',
    }),
  ),
  'device.notAdded': entry<{ reason: string }>('user', ({ reason }) => ({
    what: `Nothing can be added here. ${reason}`,
    means: 'Nothing was downloaded or changed.',
    advice: 'Use one of the devices that “cauchy doctor” lists.',
  })),
  'download.notAgreed': entry<object>('user', () => ({
    what: 'The download was not agreed to.',
    means: 'Nothing was downloaded or changed.',
    advice: 'Answer with y, or add --yes where nobody can answer.',
  })),
} as const;
