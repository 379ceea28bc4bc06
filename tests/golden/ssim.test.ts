/** SSIM against scikit-image's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ssim } from '../../main/evaluation/ssim.ts';

const pairs = z
  .array(z.object({ name: z.string(), columns: z.int(), a: z.base64(), b: z.base64(), ssim: z.number() }))
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'ssim.json'), 'utf8')));

test.each(pairs)('of pictures that are $name', ({ a, b, columns, ssim: expected }) => {
  // Both are sums of some hundred float64 products.
  expect(ssim(Buffer.from(a, 'base64'), Buffer.from(b, 'base64'), columns)).toBeCloseTo(expected, 10);
});
