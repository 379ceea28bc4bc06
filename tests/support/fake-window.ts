/** The built window with its in-memory studio, for browser tests. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll } from 'vitest';
import { filesBelow, hashFiles, hashOf } from '../../build/scripts/lib/files.mjs';
import { cache, root } from '../../build/scripts/lib/paths.mjs';
import { launchBrowser, serveFolder } from './browser.ts';
import type { StaticServer, TestBrowser } from './browser.ts';

const built = join(cache, 'renderer-fake');
const stampFile = join(cache, 'renderer-fake.txt');

/** Serves the window, built from the present sources. */
export async function serveFakeWindow(): Promise<StaticServer> {
  const sources = [...(await filesBelow(join(root, 'renderer'))), ...(await filesBelow(join(root, 'main')))];
  const stamp = hashOf(JSON.stringify(await hashFiles([...sources, 'vite.config.ts', 'package-lock.json'])));
  if ((await readFile(stampFile, 'utf8').catch(() => '')) !== stamp) {
    await build({ configFile: join(root, 'vite.config.ts'), mode: 'fake', logLevel: 'error' });
    await mkdir(cache, { recursive: true });
    await writeFile(stampFile, stamp);
  }
  return serveFolder(built);
}

/** Serves the window and opens a browser for the tests of a file. */
export function useFakeWindow(): { open(query: FakeQuery): ReturnType<TestBrowser['open']> } {
  let server: StaticServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    server = await serveFakeWindow();
    browser = await launchBrowser({ reducedMotion: 'reduce' });
    // The window is built first, which takes its time on a busy computer.
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  return { open: (query) => browser.open(fakeUrl(server.origin, query)) };
}

export interface FakeQuery {
  /** A name of renderer/api/fake/scenarios.ts. */
  readonly scenario: string;
  readonly place?: string;
  readonly shell?: 'browser' | 'electron';
  readonly speed?: number;
}

export function fakeUrl(origin: string, { scenario, place, shell = 'browser', speed = 1 }: FakeQuery): string {
  return `${origin}/?fake=${encodeURIComponent(scenario)}&shell=${shell}&speed=${speed}${place === undefined ? '' : `#/${place}`}`;
}

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds against WCAG 2.2 AA, one line for each place. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe: checker } = window as unknown as { axe: typeof axe };
    const { violations } = await checker.run(document, {
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] },
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary ?? ''}`),
    );
  });
}
