/** `expect(actual).toBeAllClose(expected, { rtol, atol, because })`: |a − e| ≤ atol + rtol·|e| for every element; NaN only equals NaN, ∞ only itself. */

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
  /** Why this much is right. */
  readonly because: string;
}

interface CustomMatchers<R> {
  toBeAllClose(expected: ArrayLike<number>, tolerance: Tolerance): R;
}

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-explicit-any -- vitest's declaration, which this must repeat
  interface Matchers<T = any> extends CustomMatchers<T> {}
}

export function toBeAllClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { rtol, atol, because }: Tolerance,
) {
  if (actual.length !== expected.length) {
    return { pass: false, message: () => `expected ${expected.length} numbers, got ${actual.length}` };
  }
  let worst = -1;
  let worstExcess = 0;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!;
    const e = expected[i]!;
    if (Object.is(a, e) || a === e) continue;
    const excess = Math.abs(a - e) - (atol + rtol * Math.abs(e));
    if (!(excess <= 0) && (worst < 0 || !(excess <= worstExcess))) {
      worst = i;
      worstExcess = excess;
    }
  }
  return {
    pass: worst < 0,
    message: () =>
      `element ${worst}: expected ${expected[worst]}, got ${actual[worst]} (rtol ${rtol}, atol ${atol}: ${because})`,
  };
}
