/** Registers the project's own matchers. */
import { expect } from 'vitest';
import { toBeAllClose } from './all-close.ts';

expect.extend({ toBeAllClose });
