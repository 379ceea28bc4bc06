/** Words on axes. */
import { formatCount, formatPlain } from '../text/format.ts';

/** On a logarithmic axis only powers of ten are named, or it would be full of words. */
export function logTick(value: number | string): string {
  const number = Number(value);
  const power = Math.log10(number);
  if (Math.abs(power - Math.round(power)) > 1e-9) return '';
  return number >= 1 ? formatCount(number) : formatPlain(number);
}

/** As `logTick`, but an axis of less than two powers of ten names 2 and 5 as well, and one of less than one all. */
export function fineLogTick(value: number | string, min: number, max: number): string {
  const number = Number(value);
  const power = Math.floor(Math.log10(number) + 1e-9);
  const lead = Number((number / 10 ** power).toPrecision(6));
  const named = max / min < 10 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : max / min < 100 ? [1, 2, 5] : [1];
  if (!named.includes(lead)) return '';
  return number >= 1 ? formatCount(number) : formatPlain(number);
}

export function plainTick(value: number | string): string {
  return formatPlain(Number(value));
}

/** The largest step of 1, 2 or 5 times a power of ten that puts at least three ticks between `from` and `to`. */
export function tickStep(from: number, to: number): number {
  const power = 10 ** Math.ceil(Math.log10(to - from));
  const steps = [power, power / 2, power / 5, power / 10, power / 20];
  const ticks = (step: number) => Math.floor(to / step + 1e-9) - Math.ceil(from / step - 1e-9) + 1;
  return steps.find((step) => ticks(step) >= 3) ?? power / 50;
}
