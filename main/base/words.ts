/** Numbers and names as people read them, in windows and reports. English throughout, so that a figure looks the same everywhere. */

const counts = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** `5120` → `5,120`. */
export function formatCount(value: number): string {
  return counts.format(value);
}

/** `count(1, 'picture')` → `1 picture`; `count(5120, 'picture')` → `5,120 pictures`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/** At least `digits` significant digits; an exponent below a thousandth and from ten million. No number: “not a number”. */
export function formatNumber(value: number | null, digits = 5): string {
  if (value === null || Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : 'minus infinite';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e7) return value.toExponential(digits - 1).replace('e+', 'e');
  const text = value.toPrecision(digits);
  return text.includes('e') ? String(Math.round(value)) : text;
}

/** A number as people write it: no trailing zeros. For settings and axis ends. */
export function formatPlain(value: number, digits = 4): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const rounded = Number(value.toPrecision(digits));
  return size < 1e-3
    ? rounded.toExponential().replace('e+', 'e')
    : rounded.toLocaleString('en-GB', { maximumFractionDigits: 6 });
}

/** A share of 1 as a percentage with two significant digits: `0.00698` → `0.70 %`, `0.0000023` → `0.00023 %`. */
export function formatShare(share: number): string {
  const percent = 100 * share;
  if (percent === 0) return '0 %';
  if (percent >= 99.95) return percent >= 100 ? '100 %' : 'over 99.9 %';
  if (percent >= 10) return `${percent.toFixed(1)} %`;
  const decimals = Math.min(8, 1 - Math.floor(Math.log10(percent)));
  return `${percent.toFixed(decimals)} %`;
}

/** How many times: `3.4 times`, `18,000 times`. */
export function formatTimes(factor: number): string {
  const text = factor < 10 ? String(Number(factor.toPrecision(2))) : formatCount(Number(factor.toPrecision(2)));
  return `${text} times`;
}

const dates = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const times = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** An ISO time in the person's own time zone: `3 Mar 2026, 14:05`. */
export function formatTime(iso: string): string {
  const date = new Date(iso);
  return `${dates.format(date)}, ${times.format(date)}`;
}

/** The last part of a path, of either kind of slash. */
export function fileName(path: string): string {
  return (
    path
      .split(/[/\\!]/)
      .filter(Boolean)
      .at(-1) ?? path
  );
}
