/** Words on axes. */
import { formatCount, formatPlain } from '../text/format.ts';

/** On a logarithmic axis only powers of ten are named, or it would be full of words. */
export function logTick(value: number | string): string {
  const number = Number(value);
  const power = Math.log10(number);
  if (Math.abs(power - Math.round(power)) > 1e-9) return '';
  return number >= 1 ? formatCount(number) : formatPlain(number);
}

/** As `logTick`, but a short axis, of less than two powers of ten, names 2 and 5 as well. */
export function fineLogTick(value: number | string, min: number, max: number): string {
  const number = Number(value);
  const power = Math.floor(Math.log10(number) + 1e-9);
  const lead = Number((number / 10 ** power).toPrecision(6));
  const named = max / min < 100 ? [1, 2, 5] : [1];
  if (!named.includes(lead)) return '';
  return number >= 1 ? formatCount(number) : formatPlain(number);
}

export function plainTick(value: number | string): string {
  return formatPlain(Number(value));
}
