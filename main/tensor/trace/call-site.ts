/** Finds the line of ours that called into TF.js, for errors that a writer of networks must act on. */

const inside = /node_modules|[\\/]main[\\/]tensor[\\/](trace|tf\.|ops\.|ops[\\/]|eager|ir)|node:internal/;

/** `file:line:column` of the first stack frame outside TF.js and the tracer; “unknown” when there is none. */
export function callSite(stack: string | undefined): string {
  for (const line of (stack ?? '').split('\n')) {
    if (!/^\s+at /.test(line) || inside.test(line)) continue;
    const place = /\(?((?:file:\/\/)?[^\s()]+:\d+:\d+)\)?\s*$/.exec(line)?.[1];
    if (place) return place.replace(/^file:\/\//, '');
  }
  return 'unknown';
}
