/** `cauchy bench` as a person runs it; no time is asserted. */
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { resultSchema } from '../../main/bench/result.ts';
import { newHome, runCommand } from '../support/terminal.ts';

const home = newHome();
const bench = (...args: string[]) => runCommand(home, ['bench', ...args]);
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('a benchmark', () => {
  it('prints one result a measurement, with the machine, and why there is no peer', async () => {
    const { code, lines } = await bench('ot', '--batch', '16', '--rounds', '2');
    expect(code).toBe(0);
    expect(lines).toHaveLength(1);
    const { type, ...result } = lines[0]!;
    expect(type).toBe('result');
    expect(resultSchema.parse(result)).toMatchObject({
      name: 'ot',
      device: 'cpu',
      setting: { batch: 16, dimensions: 4096 },
      rounds: 2,
      peer: null,
      peer_ms: null,
      ratio: null,
      reason: 'no Python was given (--python)',
    });
  });

  it('of ours against ours needs no Python', async () => {
    const { last } = await bench('load', '--rounds', '1');
    const { type: _, ...result } = last;
    expect(resultSchema.parse(result)).toMatchObject({ name: 'load', peer: 'the training step' });
  });

  it.each([
    ['bench.unknown', ['speed']],
    ['bench.noPython', ['ot', '--python', '/nowhere/python']],
    ['bench.noPeers', ['ot', '--python', process.execPath, '--peers', home]],
    // Node starts, but does not understand Python.
    ['bench.peerFailed', ['ot', '--python', process.execPath]],
    ['bench.noProfile', ['ot', '--profile']],
    ['api.invalidInput', ['step', '--network', 'vgg']],
  ])('%s', async (code, args) => {
    const result = await bench(...args);
    expect(result.code).toBe(1);
    expect(result.last).toMatchObject({ type: 'error', code });
  });
});
