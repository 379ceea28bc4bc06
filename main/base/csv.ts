/**
 * Tables as text for spreadsheets and scripts.
 *
 * Source  RFC 4180: a header, lines end with CR LF, what holds a comma, a quote or a line break is quoted. UTF-8 without a mark; `.` in
 *         decimals. Text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, “CSV Injection”).
 */

export type CsvCell = string | number;

/** `=`, `+`, `-`, `@` and control characters begin formulas; numbers begin with a sign, too. */
const formula = /^[=+\-@\t\r]/;
const plainNumber = /^[+-]?\d[\d.,]*(e[+-]?\d+)?( %)?$/i;

export function csvOf(columns: readonly string[], rows: Iterable<readonly CsvCell[]>): string {
  const lines = [columns, ...rows].map((cells) => cells.map(cellOf).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function cellOf(cell: CsvCell): string {
  if (typeof cell === 'number') return String(cell);
  const safe = formula.test(cell) && !plainNumber.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Numbers that are grouped for people without their commas: `5,120` → `5120`; other text as it is. */
export const ungrouped = (cell: string): string =>
  /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(cell) ? cell.replaceAll(',', '') : cell;
