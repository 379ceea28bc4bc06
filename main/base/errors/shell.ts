/** Errors of the shells around the application: the browser host, uploads, the desktop window. */
import { entry } from './words.ts';

export const shellErrors = {
  'host.portTaken': entry<{ port: number }>('environment', ({ port }) => ({
    what: `Port ${port} is in use by another program.`,
    means: 'The studio was not started; nothing was changed.',
    advice: 'End the other program, choose another port with --port, or leave the choice to the studio.',
  })),
  'host.noRenderer': entry<{ path: string }>('environment', ({ path }) => ({
    what: `The studio's pages are missing: there is no ${path}.`,
    means: 'The studio was not started; nothing was changed.',
    advice: 'Start it with “npm start”, which builds them.',
  })),
  'host.refused': entry<{ reason: string }>('user', ({ reason }) => ({
    what: `The request was refused: ${reason}.`,
    means: 'Nothing was read or changed.',
    advice: 'Open the complete address that the studio printed when it started, with its token.',
  })),
  'upload.unknown': entry<{ id: string }>('user', ({ id }) => ({
    what: `There is no upload “${id}” any more.`,
    means: 'Nothing was imported. Pictures that are already in a project are safe.',
    advice: 'Choose the files again.',
  })),
  'upload.badName': entry<{ name: string; reason: string }>('user', ({ name, reason }) => ({
    what: `“${name}” was not accepted: ${reason}.`,
    means: 'This file was not uploaded; the others are kept.',
    advice: 'Rename the file or its folder and choose it again.',
  })),
  'upload.tooLarge': entry<{ what: string; limit: string }>('user', ({ what, limit }) => ({
    what: `${what} is larger than the studio accepts at once (${limit}).`,
    means: 'What was uploaded before is kept for now; nothing was imported.',
    advice: 'Upload fewer files at once, or put the folder on this computer and give the studio its path.',
  })),
  'upload.incomplete': entry<{ name: string }>('environment', ({ name }) => ({
    what: `The upload of “${name}” broke off.`,
    means: 'The unfinished file was removed; finished ones are kept.',
    advice: 'Choose the files again.',
  })),
} as const;
