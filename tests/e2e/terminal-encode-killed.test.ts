/**
 * Encoding is killed (SIGKILL) again and again and goes on where it was: the same bytes, and nothing encoded twice. A few of the kills
 * that tests/bench/encode-killed.mjs makes by itself.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const script = join(import.meta.dirname, '..', 'bench', 'encode-killed.mjs');

it('encoding that is killed goes on without doing anything twice, to the bytes of an undisturbed run', () => {
  const text = execFileSync(process.execPath, [script, '--pictures', '128', '--kills', '2', '--size', '64']);
  expect(JSON.parse(String(text))).toMatchObject({
    ...{ pictures: 128, kills: 2, complete: true },
    ...{ each_picture_once: true, encoded_again: 0, bytes_equal: true },
  });
});
