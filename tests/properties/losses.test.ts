import fc from 'fast-check';
import { expect, it } from 'vitest';
import { consistencyLoss } from '../../main/consistency/loss.ts';
import type { RobustLoss } from '../../main/consistency/loss.ts';
import * as ops from '../../main/tensor/ops.ts';
import { runCompiled } from '../support/compiled.ts';
import { tensor } from '../support/tensors.ts';

/** ρ as the method writes it, in doubles. */
const rho: Record<RobustLoss, (m: number, c: number) => number> = {
  l2: (m) => m,
  pseudoHuber: (m, c) => Math.sqrt(m + c * c) - c,
  cauchy: (m, c) => Math.log(m / 2 + c * c) - 2 * Math.log(c),
  gemanMcClure: (m, c) => (2 * m) / (m + 4 * c * c),
};
const losses = Object.keys(rho) as RobustLoss[];
const elements = 3;

it.each(losses)('the gradient of %s is its slope, at every residual and scale', async (loss) => {
  const residual = fc.double({ min: -5, max: 5, noNaN: true });
  await fc.assert(
    fc.asyncProperty(
      fc.array(residual, { minLength: 2 * elements, maxLength: 2 * elements }),
      fc.double({ min: 0.05, max: 2, noNaN: true }),
      fc.constantFrom('mean' as const, 'sum' as const),
      async (drawn, c, reduction) => {
        // What the device gets.
        const e = drawn.map(Math.fround);
        const weights = [0.25, 3];
        const value = (all: readonly number[]) =>
          weights.reduce((sum, weight, b) => {
            const squares = all.slice(b * elements, (b + 1) * elements).reduce((s, x) => s + x * x, 0);
            return sum + weight * rho[loss](reduction === 'mean' ? squares / elements : squares, Math.fround(c));
          }, 0);
        const h = 1e-5;
        const moved = (i: number, by: number) => e.map((x, j) => (i === j ? x + by : x));
        const slopes = e.map((_, i) => (value(moved(i, h)) - value(moved(i, -h))) / (2 * h));
        const found = await runCompiled(
          ({ f, g, w, scale }) => {
            const { value: at, grads } = ops.valueAndGrads(
              (p) => consistencyLoss(p.f, g!, w!, scale!, { loss, reduction }).value,
              { f: f! },
            );
            return { at, gradient: grads.f };
          },
          {
            f: tensor(e, [2, 1, 1, elements]),
            g: tensor(e.map(() => 0), [2, 1, 1, elements]), // prettier-ignore
            w: tensor(weights, [2]),
            scale: tensor([c], []),
          },
        );
        expect(found['gradient']!.data).toBeAllClose(slopes, {
          rtol: 1e-4,
          atol: 1e-5,
          because: 'float32 against a difference quotient whose step is 1e-5 of doubles',
        });
        expect(found['at']!.data).toBeAllClose([value(e)], { rtol: 1e-5, atol: 1e-6, because: 'float32' });
      },
    ),
    { numRuns: 12 },
  );
});
