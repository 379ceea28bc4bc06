/** Where things are, from any working folder. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
export const nodeModules = join(root, 'node_modules');
export const dist = join(root, 'dist');
/** Stamps, locks and reports: may be deleted at any time. */
export const cache = join(root, '.cache');
/** What is fetched once beside node_modules. */
export const runtime = join(root, '.runtime');
