/** Errors of tracing, graphs and sessions: they speak to whoever writes a network, and say where. */
import { entry } from './words.ts';

const stopped = {
  means: 'Nothing was computed.',
  advice: 'This is a fault of the studio: copy the details and report them.',
};

export const tensorErrors = {
  'tensor.unknownOp': entry<{ op: string; at: string }>('internal', ({ op, at }) => ({
    what: `The op “${op}”, called at ${at}, is not in the vocabulary of main/tensor/ops.ts.`,
    ...stopped,
  })),
  'tensor.readWhileTracing': entry<{ op: string; at: string }>('internal', ({ op, at }) => ({
    what: `The traced function read a tensor's value with “${op}” at ${at}; values exist only when the graph runs.`,
    ...stopped,
  })),
  'tensor.shape': entry<{ op: string; expected: string; got: string; at: string }>(
    'internal',
    ({ op, expected, got, at }) => ({
      what: `${op} at ${at}: expected ${expected}, got ${got}.`,
      ...stopped,
    }),
  ),
  'tensor.invalidGraph': entry<{ after: string; problem: string }>('internal', ({ after, problem }) => ({
    what: `The graph is invalid after ${after}: ${problem}.`,
    ...stopped,
  })),
  'engine.sessionFailed': entry<{ program: string; reason: string }>('environment', ({ program, reason }) => ({
    what: `The program “${program}” could not be prepared or run on this device: ${reason}.`,
    means: 'Nothing on disk was changed.',
    advice: 'Try again with a smaller batch, or on another device.',
  })),
  'engine.ignoresNaN': entry<object>('environment', () => ({
    what: 'This device let a training step with broken numbers (NaN) through: its driver compares such numbers wrongly.',
    means: 'The weights on the device were spoilt. The last checkpoint on disk is from before and is whole.',
    advice: 'Update the graphics driver, or choose another device and resume the run from its checkpoint.',
  })),
  'engine.outOfMemory': entry<{ program: string; reason: string }>('environment', ({ program, reason }) => ({
    what: `There was not enough memory for “${program}”: ${reason}.`,
    means: 'Nothing on disk was changed.',
    advice: 'Choose a smaller batch or a smaller network, or close other programs.',
  })),
} as const;
