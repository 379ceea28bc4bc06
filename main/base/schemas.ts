/** Schemas that several modules share. */
import { z } from 'zod';

export const float32Array = z.custom<Float32Array>((value) => value instanceof Float32Array, 'expected a Float32Array');
export const int32Array = z.custom<Int32Array>((value) => value instanceof Int32Array, 'expected an Int32Array');
export const uint32Array = z.custom<Uint32Array>((value) => value instanceof Uint32Array, 'expected a Uint32Array');
export const uint8Array = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected a Uint8Array');
/** For calls without input or output. */
export const nothing = z.strictObject({});
