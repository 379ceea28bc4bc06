/** What holds for any sequence of operations on a dataset's pictures and of taking them back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adjusted, adjustmentsOf, unadjusted } from '../../main/datasets/operations/adjustments.ts';
import { operationRowSchema } from '../../main/datasets/operations/schema.ts';
import type { Operation, OperationRow } from '../../main/datasets/operations/schema.ts';

const ids = Array.from({ length: 5 }, (_, i) => i.toString(16).padStart(16, '0'));
const pictures = fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1 });
const square = fc.record({ x: fc.nat(9), y: fc.nat(9), side: fc.integer({ min: 8, max: 12 }) });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('leaveOut' as const), pictures }),
  fc.record({ kind: fc.constant('putBack' as const), pictures }),
  fc.record({ kind: fc.constant('weigh' as const), pictures, weight: fc.constantFrom(0.1, 0.5, 1) }),
  fc.record({ kind: fc.constant('recrop' as const), pictures, square }),
  fc.record({ kind: fc.constant('pad' as const), pictures, background: fc.constantFrom('#000000', '#ffffff') }),
  fc.record(
    { kind: fc.constant('clip' as const), k: fc.constantFrom(3, 8, null), pictures },
    { requiredKeys: ['kind', 'k'] },
  ),
);

/** Rows in which each undo takes back some earlier row, undos among them. */
const log: fc.Arbitrary<OperationRow[]> = fc
  .array(fc.oneof({ weight: 2, arbitrary: operation }, fc.record({ undo: fc.nat() })), { maxLength: 16 })
  .map((steps) => {
    const at = new Date(0).toISOString();
    const rows: OperationRow[] = [];
    for (const step of steps) {
      const id = rows.length + 1;
      if (!('undo' in step)) rows.push({ ...step, id, at });
      else if (rows.length > 0) rows.push({ kind: 'undo', id, at, of: 1 + (step.undo % rows.length) });
    }
    return rows;
  });

/** By definition: a row is in force unless a row in force takes it back. */
const isInForce = (rows: readonly OperationRow[], { id }: OperationRow): boolean =>
  !rows.some((other) => other.kind === 'undo' && other.of === id && isInForce(rows, other));

test('any sequence of operations and undos comes to the operations that are still in force, in order', () => {
  fc.assert(
    fc.property(log, (rows) => {
      const survivors = rows.filter((row) => row.kind !== 'undo').filter((row) => isInForce(rows, row));
      expect(adjustmentsOf(rows)).toEqual(survivors.reduce(adjusted, unadjusted));
    }),
    { numRuns: 500 },
  );
});

test('rows survive being written and read', () => {
  fc.assert(
    fc.property(log, (rows) => {
      expect(rows.map((row) => operationRowSchema.parse(JSON.parse(JSON.stringify(row))))).toEqual(rows);
    }),
  );
});
