/** The built window with its in-memory studio, for browser tests. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser, serveFolder } from './browser.ts';
import type { StaticServer, TestBrowser } from './browser.ts';
import { built } from './build-fake-window.ts';

/** Serves the window and opens a browser for the tests of a file. */
export function useFakeWindow(): { open(query: FakeQuery): ReturnType<TestBrowser['open']> } {
  let server: StaticServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    server = await serveFolder(built);
    browser = await launchBrowser({ reducedMotion: 'reduce' });
    // A browser takes its time to start on a busy computer.
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
