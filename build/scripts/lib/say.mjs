/** How the scripts talk: plain lines on stderr, so that stdout stays free for what a command prints. */

/** @typedef {{ line(text: string): void, during<T>(text: string, work: () => Promise<T>): Promise<T> }} Say */

const { stderr } = process;

/** One line. @param {string} text */
function line(text) {
  stderr.write(`${text}\n`);
}

/**
 * Says what is going on for as long as it takes, with a running clock on a terminal, and how long it took.
 * @template T
 * @param {string} text
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function during(text, work) {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  if (!stderr.isTTY) line(`${text} …`);
  const draw = () => stderr.write(`\r\x1b[K${text} … ${seconds()} s`);
  const clock = stderr.isTTY ? setInterval(draw, 1000) : undefined;
  if (clock) draw();
  const end = (/** @type {string} */ outcome) => {
    clearInterval(clock);
    line(`${clock ? '\r\x1b[K' : ''}${text} … ${outcome} after ${((Date.now() - start) / 1000).toFixed(1)} s`);
  };
  try {
    const result = await work();
    end('done');
    return result;
  } catch (thrown) {
    end('failed');
    throw thrown;
  }
}

/** @type {Say} */
export const say = { line, during };

/** A failure that the person at the terminal can understand: it is printed without a stack. */
export class PlainError extends Error {}

/**
 * Runs a script's main function: a plain error prints its words, any other error its stack; both end with code 1.
 * @param {() => Promise<unknown>} main
 */
export async function runScript(main) {
  try {
    await main();
  } catch (thrown) {
    line(thrown instanceof PlainError ? `\n${thrown.message}` : `\n${thrown instanceof Error ? thrown.stack : thrown}`);
    process.exitCode = 1;
  }
}

/** Whether this module is the script that Node was started with. @param {ImportMeta} meta */
export async function isMain(meta) {
  const { realpath } = await import('node:fs/promises');
  const { fileURLToPath } = await import('node:url');
  const started = process.argv[1];
  return started !== undefined && (await realpath(started).catch(() => started)) === fileURLToPath(meta.url);
}
