/** Settings that every run has, whatever it trains. */
export const anyRunFields = [
  {
    kind: 'number',
    path: 'checkpointMinutes',
    label: 'Minutes between saved states',
    term: 'checkpoints',
    help: 'If the computer stops, at most this much is lost. Saving takes a moment. There is always one on stop and at the end.',
    step: 'any',
  },
  {
    kind: 'number',
    path: 'seed',
    label: 'Starting number',
    term: 'seed',
    help: 'The same number with the same settings gives the same run. Another number gives another run of the same kind.',
    step: 1,
  },
] as const;
