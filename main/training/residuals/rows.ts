/** What was recorded of a run's residuals: `residuals.jsonl` in its folder. Light, because windows and terminals read it: no network. */
import { join } from 'node:path';
import { fileVersion } from '../../storage/files.ts';
import { readRows, truncateRows } from '../metrics.ts';
import { residualRowSchema } from './schema.ts';
import type { ResidualRow } from './schema.ts';

export const residualFile = 'residuals.jsonl';

/** The rows of a run, oldest first; none of a run that keeps none. */
export const readResidualRows = (run: string): Promise<readonly ResidualRow[]> =>
  readRows(run, residualRowSchema, 0, residualFile);

/** Changes with the rows of a run. */
export const rowsVersion = (run: string): Promise<string> => fileVersion(join(run, residualFile));

/** Drops rows after `step`, whose steps are made again. */
export const truncateResidualRows = (run: string, step: number): Promise<void> =>
  truncateRows(run, residualRowSchema, step, residualFile);
