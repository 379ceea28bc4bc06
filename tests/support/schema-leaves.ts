/** The settings of a schema, to see that a screen has a field for each. */
import { z } from 'zod';

/** The paths of every setting, in every branch of unions of objects. A list, and what can be nothing, is one setting. */
export function leavesOf(schema: z.core.$ZodType, path = ''): string[] {
  if (schema instanceof z.ZodArray || schema instanceof z.ZodNullable) return [path];
  const inner = (schema as { unwrap?: () => z.core.$ZodType; removeDefault?: () => z.core.$ZodType }).unwrap?.();
  if (inner) return leavesOf(inner, path);
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape as Record<string, z.core.$ZodType>).flatMap(([key, value]) =>
      leavesOf(value, path ? `${path}.${key}` : key),
    );
  if (schema instanceof z.ZodDiscriminatedUnion) return schema.options.flatMap((option) => leavesOf(option, path));
  return [path];
}
