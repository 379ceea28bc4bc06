/**
 * A side for tests of the harness: speaks the protocol of main/bench/protocol.ts and writes every request to a log.
 * node fake-side.mjs NAME LOG [BEHAVIOUR]
 */
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [name, log, behaviour = 'works'] = process.argv.slice(2);
const say = (/** @type {object} */ answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
let rounds = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  appendFileSync(log ?? '', `${name} ${request.do}\n`);
  if (request.do === 'prepare') {
    if (behaviour === 'lacks') say({ error: { reason: 'package', message: 'torch (No module named torch)' } });
    else if (behaviour === 'no device') say({ error: { reason: 'device', message: 'no CUDA device' } });
    else if (behaviour === 'crashes') throw new Error('the peer has a fault');
    else if (behaviour === 'babbles') process.stdout.write('Welcome!\n');
    else say({ facts: { task: request.task, spec: request.spec } });
  } else if (request.do === 'round') {
    if (behaviour === 'dies') process.exit(3);
    say({ ms: ++rounds, values: [rounds / 10] });
  } else {
    say({ rss_mb: 64 });
    break;
  }
}
