/** Tables as text: what a reader of RFC 4180 reads back is what was written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvOf, ungrouped } from '../../../main/base/csv.ts';
import { readCsv } from '../../support/csv.ts';

describe('a table', () => {
  it('is a header and rows with CR LF; what needs quotes has them, and numbers keep every digit', () => {
    const text = csvOf(
      ['name', 'value'],
      [
        ['a, "b"', 0.1 + 0.2],
        ['two\nlines', -1e-7],
        [' edge', 3],
      ],
    );
    expect(text).toBe('name,value\r\n"a, ""b""",0.30000000000000004\r\n"two\nlines",-1e-7\r\n" edge",3\r\n');
  });

  it('is read back as it was written, whatever it holds', () => {
    const cell = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: fc.constantFrom('a', 'ü', '漢', ',', '"', '\n', '\r', ' ', '.', '5') }),
    );
    const rows = fc.array(fc.tuple(cell, cell), { maxLength: 6 });
    fc.assert(
      fc.property(rows, (given) => {
        const read = readCsv(csvOf(['a', 'b'], given));
        // A carriage return at the beginning begins a formula, too.
        const written = given.map((row) => row.map((each) => String(each).replace(/^\r/, "'\r")));
        expect(read).toEqual([['a', 'b'], ...written]);
      }),
    );
  });

  it('holds no formulas: text that a spreadsheet would compute gets an apostrophe, signed numbers do not', () => {
    const names = ['=1+2', '+cmd|x', '-2+3', '@SUM(A1)', '\tx'];
    const rows = readCsv(
      csvOf(
        ['name'],
        names.map((name) => [name]),
      ),
    ).slice(1);
    expect(rows).toEqual(names.map((name) => [`'${name}`]));
    const numbers = ['-1.5', '+3', '-2.5e-7', '-1,204', '-3 %'];
    expect(
      readCsv(
        csvOf(
          ['value'],
          numbers.map((text) => [text]),
        ),
      ).slice(1),
    ).toEqual(numbers.map((text) => [text]));
  });

  it('has numbers without the commas that people read them with', () => {
    expect(['5,120', '-1,234,567.5', '12,34', '5', 'a 5,120'].map(ungrouped)).toEqual([
      ...['5120', '-1234567.5', '12,34', '5', 'a 5,120'],
    ]);
  });
});
