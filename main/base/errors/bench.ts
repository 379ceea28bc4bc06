/** Errors of measuring: they speak to whoever compares the studio with something else. */
import { entry } from './words.ts';

const nothingMeasured = 'Nothing was measured.';

export const benchErrors = {
  'bench.unknown': entry<{ name: string; known: readonly string[] }>('user', ({ name, known }) => ({
    what: `There is no benchmark called “${name}”.`,
    means: nothingMeasured,
    advice: `Choose one of: ${known.join(', ')}.`,
  })),
  'bench.noPython': entry<{ python: string; reason: string }>('user', ({ python, reason }) => ({
    what: `The Python at ${python} could not be started: ${reason}.`,
    means: `${nothingMeasured} The comparison needs a Python of yours; without --python the studio is measured alone.`,
    advice: 'Give the path of a Python that has the packages of tests/bench/README.md, or leave --python out.',
  })),
  'bench.noPeers': entry<{ script: string }>('user', ({ script }) => ({
    what: `The program to compare with is not there: ${script}.`,
    means: nothingMeasured,
    advice: 'Give the folder tests/bench/peers of the source code with --peers, or leave --python out.',
  })),
  'bench.peerPackage': entry<{ python: string; message: string }>('user', ({ python, message }) => ({
    what: `A package is missing in the Python at ${python}: ${message}.`,
    means: nothingMeasured,
    advice: 'Install it there (tests/bench/README.md has the command), or leave --python out.',
  })),
  'bench.peerDevice': entry<{ peer: string; message: string }>('environment', ({ peer, message }) => ({
    what: `${peer} can not use the device: ${message}.`,
    means: nothingMeasured,
    advice: 'Check the driver and that the packages were built for it, or leave --python out.',
  })),
  'bench.peerFailed': entry<{ peer: string; message: string }>('environment', ({ peer, message }) => ({
    what: `${peer} failed: ${message}.`,
    means: nothingMeasured,
    advice: 'Its own words are above. Correct its Python, or leave --python out to measure the studio alone.',
  })),
  'bench.noWasm': entry<object>('environment', () => ({
    what: 'TF.js’s wasm backend, which this benchmark compares with, is not installed.',
    means: `${nothingMeasured} It is no part of the studio and comes with the source code only.`,
    advice: 'Run npm install in the source code, and the benchmark there.',
  })),
  'bench.noProfile': entry<{ name: string; device: string }>('user', ({ name, device }) => ({
    what: `There is no profile of “${name}” on ${device}: only the training step on the CPU has one.`,
    means: nothingMeasured,
    advice: 'Use: cauchy bench step --device cpu --profile.',
  })),
  'experiment.tooFew': entry<{ found: number; needed: number }>('user', ({ found, needed }) => ({
    what: `${found} ${found === 1 ? 'picture is' : 'pictures are'} too few to compare methods: of fewer than ${needed} none is kept aside to measure by.`,
    means: 'No run was started, and nothing was written.',
    advice: 'Add more pictures and encode them, or leave --project out to compare on drawn sample pictures.',
  })),
  'bench.disagree': entry<{ ours: readonly number[]; peer: readonly number[] }>('internal', ({ ours, peer }) => ({
    what: `The two sides do not compute the same: ${ours.join(', ')} here, ${peer.join(', ')} there.`,
    means: 'Their times can not be compared, so none is reported.',
    advice: 'This is a fault of the studio or of the program it is compared with: copy the details and report them.',
  })),
} as const;
