/** `cauchy serve`: the studio in a browser, until Ctrl-C. */
import { tmpdir } from 'node:os';
import { toWire } from '../base/errors.ts';
import { startHost } from '../host/host.ts';
import { createUploads } from '../host/uploads.ts';
import { createNodeStudio, rendererFolder } from './node-studio.ts';

/** Serves and prints the address; with `json` as one JSON line. Ends the process on Ctrl-C, after saving what trains. */
export async function serveCommand({
  port,
  json = false,
}: {
  readonly port?: number;
  readonly json?: boolean;
}): Promise<void> {
  try {
    const uploads = createUploads(tmpdir());
    const studio = await createNodeStudio('the studio in a browser', (id) => uploads.folder(id));
    const host = await startHost({
      app: studio,
      renderer: rendererFolder,
      uploads,
      ...(port === undefined ? {} : { port }),
    });
    if (json) process.stdout.write(`${JSON.stringify({ type: 'listening', url: host.url, port: host.port })}\n`);
    else process.stdout.write(`Cauchy Studio is at ${host.url}\n`);
    await ended();
    if (!json) process.stderr.write('Saving and closing…\n');
    await host.close();
    await studio.close();
    if (json) process.stdout.write(`${JSON.stringify({ type: 'result', closed: true })}\n`);
  } catch (thrown) {
    const { what, means, advice } = toWire(thrown);
    if (json) process.stdout.write(`${JSON.stringify({ type: 'error', ...toWire(thrown) })}\n`);
    else process.stderr.write(`${what}\n${means}\n${advice}\n`);
    process.exitCode = 1;
  }
}

/** Resolves on the first Ctrl-C or request to end; the second ends at once. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const end = () => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
  });
}
