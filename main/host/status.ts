/** The HTTP status of an error of the catalogue. */
import type { ErrorCode } from '../base/errors.ts';

const statuses: Partial<Record<ErrorCode, number>> = {
  'host.refused': 403,
  'storage.notFound': 404,
  'storage.diskFull': 507,
  'upload.unknown': 404,
  'upload.badName': 400,
  'upload.tooLarge': 413,
  'upload.incomplete': 400,
};

/** @param thrown what was thrown: errors of Fastify bring a status of their own (400, 405, 413, 415) */
export function statusOf(code: ErrorCode, thrown: unknown): number {
  const own = thrown instanceof Error && 'statusCode' in thrown ? thrown.statusCode : undefined;
  return statuses[code] ?? (typeof own === 'number' ? own : 500);
}
