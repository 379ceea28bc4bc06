/** Tests of a file that stand on each other, as a person's session does. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach } from 'vitest';

/** A step that fails shows the screen it failed on, by this name; those after it stand on it and are not run. */
export function stepByStep(name: string, page: () => Page | undefined): void {
  let failed = false;
  beforeEach(({ skip }) => skip(failed, 'an earlier step failed'));
  afterEach(async ({ task }) => {
    if (failed || task.result?.state !== 'fail') return;
    failed = true;
    await page()?.screenshot({ path: join('test-results', `${name}.png`) });
  });
}
