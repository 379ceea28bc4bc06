/** The process of one run: a request on its command line, progress on stdout, the result in a file. */
import { readFile } from 'node:fs/promises';
import { toWire } from '../base/errors.ts';
import { writeJson } from '../storage/json.ts';
import { runExperiment } from './run.ts';
import { runRequestSchema } from './schema.ts';
import { resultFormat } from './files.ts';

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
// stdout carries progress; what libraries print goes where people look for it.
console.log = console.error;
console.info = console.error;

try {
  const request = runRequestSchema.parse(JSON.parse(await readFile(process.argv[2]!, 'utf8')));
  const result = await runExperiment(request, (step, loss) => say({ step, loss: Number.isFinite(loss) ? loss : null }));
  await writeJson(request.result, resultFormat, result);
  say({ done: true });
} catch (thrown) {
  say({ error: toWire(thrown) });
}
// Threads of the runtime would keep the process alive; the last line goes out first.
process.stdout.write('', () => process.exit(0));
