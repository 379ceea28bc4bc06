/** Looks at screens: both themes, small and large windows, no complaints, nothing against WCAG 2.2 AA. */
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { accessibilityProblems, useFakeWindow } from './fake-window.ts';
import type { FakeQuery } from './fake-window.ts';

export interface Screen extends FakeQuery {
  readonly name: string;
  /** Text that shows that the screen is there. */
  readonly sees: string | RegExp;
  readonly act?: (page: Page) => Promise<void>;
}

export const click = (role: 'button' | 'tab' | 'gridcell', name: string | RegExp) => (page: Page) =>
  page.getByRole(role, { name }).first().click();

const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 1024, height: 700 },
];

/** A test for each of these screens. */
export function lookAt(screens: readonly Screen[]): void {
  const fake = useFakeWindow();
  describe('every screen', () => {
    it.each(screens)('$name', async ({ sees, act, ...query }) => {
      const { page, complaints } = await fake.open(query);
      try {
        await page.getByRole('main').waitFor();
        await act?.(page);
        await page.getByText(sees).first().waitFor();
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await accessibilityProblems(page), `${colorScheme} theme`).toEqual([]);
        }
        for (const size of sizes) {
          await page.setViewportSize(size);
          const beyond = await page.evaluate(() => [
            document.documentElement.scrollWidth - innerWidth,
            document.documentElement.scrollHeight - innerHeight,
          ]);
          expect(beyond, `${size.width} × ${size.height}: nothing outside the window`).toEqual([0, 0]);
        }
        expect(complaints).toEqual([]);
      } finally {
        await page.close();
      }
    });
  });
}
