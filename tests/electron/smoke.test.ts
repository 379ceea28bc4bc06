/**
 * The desktop program in a real Electron: starts the built program with its own profile, asks its page over the
 * developer protocol what it sees, and ends it. Runs where the runtime is installed; `npm test` says so where not.
 */
import { chromium } from 'playwright-core';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { electronProgram } from '../../build/scripts/lib/electron.mjs';
import { studioContract } from '../../main/api/contract/contract.ts';

const root = join(import.meta.dirname, '..', '..');

test('opens its window, answers its page, and ends when it is asked to', async () => {
  const home = await mkdtemp(join(tmpdir(), 'cauchy electron '));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const program = electronProgram();
  if (program === undefined) throw new Error('the Electron runtime is not installed');
  const env = { ...process.env, CAUCHY_HOME: home };
  delete (env as Record<string, unknown>)['ELECTRON_RUN_AS_NODE'];
  const electron = spawn(program, [root, '--remote-debugging-port=0'], { env, stdio: ['ignore', 'inherit', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => electron.on('exit', resolve));
  onTestFinished(() => void electron.kill('SIGKILL'));
  const endpoint = await new Promise<string>((resolve, reject) => {
    let printed = '';
    electron.stderr.on('data', (text: Buffer) => {
      printed += text.toString();
      const address = /DevTools listening on (ws:\S+)/.exec(printed)?.[1];
      if (address) resolve(address);
    });
    void ended.then((code) => reject(new Error(`Electron ended with code ${code}:\n${printed}`)));
  });

  const browser = await chromium.connectOverCDP(endpoint);
  const [context] = browser.contexts();
  const page = context!.pages()[0] ?? (await context!.waitForEvent('page'));
  await page.waitForURL('studio://app/**');
  await page.waitForLoadState('load');
  const seen = await page.evaluate(async () => {
    const { studio } = window as unknown as {
      studio: { call: Record<string, (input: object) => Promise<{ ok: boolean; output: unknown }>> };
    };
    const info = await studio.call['studio.info']!({});
    const isRefused = await fetch('https://example.org/').then(
      () => false,
      () => true,
    );
    return {
      methods: Object.keys(studio.call),
      info,
      isRefused,
      hasNode: 'require' in window || 'process' in window,
      title: document.title,
    };
  });
  expect(seen.methods).toEqual(Object.keys(studioContract.methods));
  expect(seen.info).toMatchObject({ ok: true, output: { shell: { kind: 'electron', canPickFolders: true } } });
  expect([seen.isRefused, seen.hasNode]).toEqual([true, false]);
  expect(seen.title).toBe('Cauchy Studio');
  electron.kill('SIGTERM');
  expect(await ended).toBe(0);
}, 120_000);
