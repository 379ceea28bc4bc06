/** Side by side, yet in order: work on several items at once whose results come out as the items went in. */
import { studioError } from '../base/errors.ts';

export interface InOrderOptions<T, R> {
  /** Most items in work, or done and waiting for an earlier one. */
  readonly most: number;
  /** Most weight in work at once; an item heavier than that is worked on alone. */
  readonly mostWeight: number;
  weigh(item: T): number;
  work(item: T): Promise<R>;
  readonly signal?: AbortSignal | undefined;
}

/** Yields `[item, result]` in the order of `items`. The first failure, or the abort of `signal`, ends it. */
export async function* inOrder<T, R>(items: AsyncIterable<T>, options: InOrderOptions<T, R>): AsyncGenerator<[T, R]> {
  const { most, mostWeight, weigh, work, signal } = options;
  const pending: { item: T; result: Promise<R> }[] = [];
  let weightInWork = 0;
  const takeFirst = async (): Promise<[T, R]> => {
    const { item, result } = pending.shift()!;
    return [item, await orAborted(result, signal)];
  };
  for await (const item of items) {
    const weight = weigh(item);
    while (pending.length >= most || (pending.length > 0 && weightInWork + weight > mostWeight)) yield takeFirst();
    weightInWork += weight;
    const result = work(item).finally(() => (weightInWork -= weight));
    // Whoever awaits the result sees its failure; when that is nobody any more, it must not end the process.
    result.catch(() => undefined);
    pending.push({ item, result });
  }
  while (pending.length > 0) yield takeFirst();
}

/** `result`, or `api.cancelled` as soon as `signal` aborts. */
async function orAborted<R>(result: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (!signal) return result;
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(studioError('api.cancelled', {}));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
