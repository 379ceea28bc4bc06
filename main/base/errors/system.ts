/** Errors of processes, files and the API border. */
import { entry } from './words.ts';

export const systemErrors = {
  'internal.unexpected': entry<{ message: string }>('internal', ({ message }) => ({
    what: `Something went wrong inside the studio: ${message}`,
    means: 'Your pictures, latents and checkpoints on disk are unchanged.',
    advice: 'Try again. If it happens twice, copy the details and report them.',
  })),
  'internal.assertion': entry<{ expected: string; got: string }>('internal', ({ expected, got }) => ({
    what: `Expected ${expected}, got ${got}.`,
    means: 'The action was stopped before it changed anything.',
    advice: 'This is a fault of the studio: copy the details and report them.',
  })),
  'api.invalidInput': entry<{ method: string; problems: readonly string[] }>('user', ({ method, problems }) => ({
    what: `The request “${method}” was not understood: ${problems.join('; ')}.`,
    means: 'Nothing was started or changed.',
    advice: 'Correct the value and try again.',
  })),
  'api.unknownMethod': entry<{ method: string }>('internal', ({ method }) => ({
    what: `There is no request called “${method}”.`,
    means: 'Nothing was started or changed.',
    advice: 'Reload the window: it may belong to an older version of the studio.',
  })),
  'api.cancelled': entry<object>('user', () => ({
    what: 'Cancelled.',
    means: 'What was finished before is kept.',
    advice: 'Start it again to go on from there.',
  })),
  'api.connectionLost': entry<{ peer: string }>('environment', ({ peer }) => ({
    what: `The connection to the ${peer} was lost.`,
    means: 'Work that is on disk is safe; what was in progress may have stopped.',
    advice: 'Wait a moment or restart the studio; a training run offers to resume from its last checkpoint.',
  })),
  'storage.notFound': entry<{ path: string }>('user', ({ path }) => ({
    what: `There is nothing at ${path}.`,
    means: 'Nothing was changed.',
    advice: 'Check that the folder or file still exists and that its drive is connected.',
  })),
  'storage.readOnly': entry<{ path: string }>('environment', ({ path }) => ({
    what: `The studio may not write to ${path}.`,
    means: 'Nothing was changed there.',
    advice: 'Choose a folder you can write to, or change the permissions of this one.',
  })),
  'storage.diskFull': entry<{ path: string }>('environment', ({ path }) => ({
    what: `The disk that holds ${path} is full.`,
    means: 'Files that were complete are kept; the unfinished one was removed.',
    advice: 'Free some space and start again: finished work is not repeated.',
  })),
  'storage.failed': entry<{ path: string; reason: string }>('environment', ({ path, reason }) => ({
    what: `Reading or writing ${path} failed: ${reason}.`,
    means: 'Files that were complete before are unchanged.',
    advice: 'Check the drive and try again.',
  })),
  'storage.isFolder': entry<{ path: string }>('user', ({ path }) => ({
    what: `${path} is a folder, not a file.`,
    means: 'Nothing was written there, and nothing was read.',
    advice: 'Give the path of a file.',
  })),
  'storage.isFile': entry<{ path: string }>('user', ({ path }) => ({
    what: `${path} is a file, not a folder.`,
    means: 'Nothing was written there.',
    advice: 'Give the path of a folder, or of one that is not there yet.',
  })),
  'storage.damaged': entry<{ path: string; reason: string }>('user', ({ path, reason }) => ({
    what: `${path} is damaged: ${reason}.`,
    means: 'The file was not used and not changed.',
    advice: 'Restore it from a copy, or delete it and repeat the step that made it.',
  })),
  'storage.tensorType': entry<{ path: string; tensor: string; type: string }>('user', ({ path, tensor, type }) => ({
    what: `“${tensor}” in ${path} is stored as ${type}; the studio computes with F32, F16 and BF16 (floating-point numbers).`,
    means: 'The file was not used and not changed.',
    advice: 'Save it again with its weights as float32 or float16, or choose another file.',
  })),
  'storage.newerVersion': entry<{ path: string; found: number; known: number }>('user', ({ path, found, known }) => ({
    what: `${path} was made by a newer version of Cauchy Studio (format ${found}; this version knows ${known}).`,
    means: 'It was not opened and not changed.',
    advice: 'Update the studio and open it again.',
  })),
  'engine.stopped': entry<{ reason: string }>('environment', ({ reason }) => ({
    what: `The engine, the process that computes, stopped: ${reason}.`,
    means: 'Nothing on disk is lost. A training run can be resumed from its last checkpoint.',
    advice: 'Start the action again. If it stops again, choose a smaller batch or another device.',
  })),
  'device.unusable': entry<{ device: string; reason: string }>('environment', ({ device, reason }) => ({
    what: `${device} can not be used. ${reason}`,
    means: 'Nothing was started, and nothing else was taken in its place.',
    advice: 'Choose another device on the page Devices, or check this one again there.',
  })),
  'engine.busy': entry<{ work: string }>('user', ({ work }) => ({
    what: `The engine is busy: ${work}.`,
    means: 'Nothing was started.',
    advice: 'Wait until it is done, or stop it first.',
  })),
} as const;
