/** Influence curves against the gradients of the losses themselves, and shares of the update against counting one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  influences,
  residualQuantile,
  robustLossNames,
  sortResiduals,
  suppressedShare,
  topShares,
} from '../../../main/consistency/influence.ts';
import type { Residuals } from '../../../main/consistency/influence.ts';
import { consistencyLoss } from '../../../main/consistency/loss.ts';
import * as ops from '../../../main/tensor/ops.ts';
import { runCompiled } from '../../support/compiled.ts';
import { normal, tensor } from '../../support/tensors.ts';

/** Length of the gradient that training's own loss has for each of these samples, [batch, 1, 1, elements]. */
async function gradientLengths(
  e: Float32Array,
  elements: number,
  weights: readonly number[],
  c: number,
  choice: Parameters<typeof consistencyLoss>[4],
): Promise<number[]> {
  const batch = e.length / elements;
  const { gradient } = await runCompiled(
    ({ f, w, scale }) => {
      const { grads } = ops.valueAndGrads((p) => consistencyLoss(p.f, ops.mul(f!, 0), w!, scale!, choice).value, {
        f: f!,
      });
      return { gradient: grads.f };
    },
    {
      f: tensor([...e], [batch, 1, 1, elements]),
      w: tensor(weights, [batch]),
      scale: tensor([c], []),
    },
  );
  const { data } = gradient!;
  return Array.from({ length: batch }, (_, b) => Math.hypot(...data.slice(b * elements, (b + 1) * elements)));
}

describe.each(robustLossNames)('the influence of %s', (loss) => {
  const elements = 12;
  const sizes = [1e-4, 0.01, 0.05, 0.2, 1, 30];
  const e = Float32Array.from(sizes.flatMap((size, i) => [...normal([elements], i).data].map((value) => value * size)));
  const weights = [1, 0.5, 3, 2, 10, 0.25];
  const r = sizes.map((_, b) => Math.hypot(...e.slice(b * elements, (b + 1) * elements)) / Math.sqrt(elements));

  it.each([0.03456, 0.4])('is the length of the gradient of the loss that trains, times √D/λ, at c = %d', async (c) => {
    const pulls = r.map((each, b) => (weights[b]! * influences[loss].pull(each, c)) / Math.sqrt(elements));
    const lengths = await gradientLengths(e, elements, weights, c, { loss, reduction: 'mean' });
    expect(lengths).toBeAllClose(pulls, { rtol: 2e-5, atol: 0, because: 'float32 through five ops' });
  });

  it('is that of a sum of squares with c/√D, to a factor that all samples have', async () => {
    const c = 0.5;
    const pulls = r.map((each, b) => weights[b]! * influences[loss].pull(each, c / Math.sqrt(elements)));
    const lengths = await gradientLengths(e, elements, weights, c, { loss, reduction: 'sum' });
    const ratios = lengths.map((length, b) => length / pulls[b]!);
    expect(ratios).toBeAllClose(ratios.map(() => ratios[0]!), { rtol: 2e-5, atol: 0, because: 'float32' }); // prettier-ignore
  });

  it('begins with its slope, and peaks where it says', () => {
    const c = 0.7;
    const { pull, slope, peak } = influences[loss];
    expect(pull(1e-7, c) / 1e-7).toBeCloseTo(slope(c), 6);
    const at = peak(c);
    if (Number.isFinite(at)) {
      expect(pull(at, c)).toBeGreaterThan(Math.max(pull(at * 0.999, c), pull(at * 1.001, c)));
      expect(pull(1e6, c)).toBeLessThan(1e-5);
    } else {
      for (const each of [0.01, 0.1, 1, 10, 1e4]) expect(pull(2 * each, c)).toBeGreaterThan(pull(each, c));
    }
  });
});

it('Cauchy peaks at √2·c and Geman–McClure at 2c/√3', () => {
  expect(influences.cauchy.peak(3)).toBeCloseTo(4.242640687119285, 12);
  expect(influences.gemanMcClure.peak(3)).toBeCloseTo(3.4641016151377544, 12);
});

/** As many copies of each sample as its whole-number share says: every copy counts once. */
function copies({ r, weight, share }: Residuals): { r: number; weight: number }[] {
  return Array.from(r, (each, i) => Array.from({ length: share[i]! }, () => ({ r: each, weight: weight[i]! })))
    .flat()
    .sort((a, b) => b.r - a.r);
}

// No two of the same size: which of them is the larger is nobody's to say.
const residuals = fc
  .uniqueArray(
    fc.record({
      r: fc.double({ min: 1e-6, max: 100, noNaN: true }),
      weight: fc.double({ min: 0.01, max: 1000, noNaN: true }),
      share: fc.integer({ min: 1, max: 6 }),
    }),
    { minLength: 1, maxLength: 60, selector: ({ r }) => r },
  )
  .map((rows) => ({
    r: rows.map(({ r }) => r),
    weight: rows.map(({ weight }) => weight),
    share: rows.map(({ share }) => share),
  }));
const scale = fc.double({ min: 1e-3, max: 10, noNaN: true });
/** A ten-thousandth of what the window promises, a tenth of a percentage point: doubles, summed in another order. */
const close = 1e-7;

describe.each(robustLossNames)('who drives the update under %s', (loss) => {
  const { pull, peak } = influences[loss];

  it('is what counting one by one says, whatever part of the samples is meant', () => {
    fc.assert(
      fc.property(residuals, scale, fc.nat(), (given, c, cut) => {
        const all = copies(given);
        const pulls = all.map(({ r, weight }) => weight * pull(r, c));
        const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
        const first = 1 + (cut % all.length);
        const tops = [first / all.length, 1];
        const [top, whole] = topShares(sortResiduals(given), loss, c, tops);
        expect(Math.abs(top! - sum(pulls.slice(0, first)) / sum(pulls))).toBeLessThan(close);
        expect(whole).toBeCloseTo(1, 9);
      }),
    );
  });

  it('counts of the sample on the border as much as lies within', () => {
    const given = { r: [1, 2, 4, 8], weight: [1, 1, 1, 1], share: [1, 1, 1, 1] };
    const [top] = topShares(sortResiduals(given), loss, 0.5, [0.375]);
    const total = given.r.reduce((sum, r) => sum + pull(r, 0.5), 0);
    expect(top).toBeCloseTo((pull(8, 0.5) + pull(4, 0.5) / 2) / total, 12);
  });

  it('suppresses the share of ordinary samples that counting one by one says', () => {
    fc.assert(
      fc.property(residuals, scale, (given, c) => {
        const all = copies(given).reverse();
        const border = all[Math.ceil(0.9 * all.length - 1e-9) - 1]!.r;
        const ordinary = all.filter(({ r }) => r <= border);
        const gone = ordinary.filter(({ r }) => r > peak(c) && pull(r, c) < pull(peak(c), c) / 2);
        const found = suppressedShare(sortResiduals(given), loss, c);
        expect(Math.abs(found - gone.length / ordinary.length)).toBeLessThan(close);
      }),
    );
  });
});

describe('shares of the update', () => {
  it('one sample in a hundred is broken: it drives most of L2’s update and hardly any of Cauchy’s', () => {
    const r = Array.from({ length: 100 }, (_, i) => (i === 37 ? 50 : 0.1));
    const sorted = sortResiduals({ r, weight: r.map(() => 1), share: r.map(() => 1) });
    const drives = robustLossNames.map((loss) => [loss, topShares(sorted, loss, 0.1, [0.01])[0]!]);
    const share = Object.fromEntries(drives) as Record<(typeof robustLossNames)[number], number>;
    expect(share.l2).toBeCloseTo(50 / (50 + 99 * 0.1), 9);
    expect(share.pseudoHuber).toBeCloseTo(1 / (1 + 99 / Math.SQRT2), 4);
    expect(share.cauchy).toBeLessThan(0.0002);
    expect(share.gemanMcClure).toBeLessThan(1e-7);
  });

  it('λ multiplies a pull', () => {
    const sorted = sortResiduals({ r: [1, 3], weight: [6, 1], share: [1, 1] });
    expect(topShares(sorted, 'l2', 1, [0.5])[0]).toBeCloseTo(1 / 3, 12);
  });

  it('are 0 where nothing pulls, and of nothing', () => {
    const still = sortResiduals({ r: [0, 0], weight: [1, 1], share: [1, 1] });
    expect(topShares(still, 'cauchy', 1, [0.1, 1])).toEqual([0, 0]);
    const none = sortResiduals({ r: [], weight: [], share: [] });
    expect(topShares(none, 'cauchy', 1, [0.1])).toEqual([0]);
    expect([suppressedShare(none, 'cauchy', 1), residualQuantile(none, 0.5)]).toEqual([0, 0]);
  });

  it('nine of ten samples are not larger than the ninth, although nine times 0.1 is less than 0.9 in doubles', () => {
    const r = Array.from({ length: 10 }, (_, i) => i);
    const ten = sortResiduals({ r, weight: r.map(() => 1), share: r.map(() => 1) });
    expect(residualQuantile(ten, 0.9)).toBe(8);
  });

  it('a c far below the ordinary residuals suppresses them, one above them none; losses that never let go suppress none', () => {
    const r = Array.from({ length: 1000 }, (_, i) => 0.1 + i / 10_000);
    const sorted = sortResiduals({ r, weight: r.map(() => 1), share: r.map(() => 1) });
    expect(suppressedShare(sorted, 'cauchy', 0.01)).toBe(1);
    expect(suppressedShare(sorted, 'cauchy', 0.2)).toBe(0);
    // Half of the peak's pull is left at c·(2√2 + √6); of the ordinary 900, those above 0.15 are 399.
    const c = 0.15005 / (2 * Math.SQRT2 + Math.sqrt(6));
    expect(suppressedShare(sorted, 'cauchy', c)).toBeCloseTo(399 / 900, 9);
    expect(suppressedShare(sorted, 'pseudoHuber', 1e-6)).toBe(0);
    expect(suppressedShare(sorted, 'l2', 1e-6)).toBe(0);
  });
});
