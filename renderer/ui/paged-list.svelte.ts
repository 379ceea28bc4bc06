/** A list that is too long to fetch at once: pages arrive as they are needed. */

export interface Page<T> {
  readonly total: number;
  readonly rows: readonly T[];
}

const pageSize = 200;

/** `fetchPage` gives undefined when it failed (and has said so); the page is asked for again when it is needed again. */
export class PagedList<T> {
  #pages = $state.raw<ReadonlyMap<number, readonly T[]>>(new Map());
  total = $state(0);
  /** True once the first page has arrived. */
  loaded = $state(false);
  readonly #fetchPage: (offset: number, limit: number) => Promise<Page<T> | undefined>;
  readonly #asked = new Set<number>();
  /** Answers to questions of an earlier generation are thrown away. */
  #generation = 0;

  constructor(fetchPage: (offset: number, limit: number) => Promise<Page<T> | undefined>) {
    this.#fetchPage = fetchPage;
  }

  at(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / pageSize))?.[index % pageSize];
  }

  /** Rows that were fetched, in order. */
  get known(): T[] {
    return [...this.#pages].sort(([a], [b]) => a - b).flatMap(([, rows]) => rows);
  }

  /** Fetches what is missing of these rows. */
  need(first: number, last: number): void {
    for (let page = Math.floor(first / pageSize); page <= Math.floor(last / pageSize); page++) void this.#load(page);
  }

  /** The list has changed: what is shown stays until the new rows are there. */
  async refresh(): Promise<void> {
    this.#generation += 1;
    this.#asked.clear();
    const known = [...this.#pages.keys()];
    await this.#load(0);
    for (const page of known) if (page > 0 && page * pageSize < this.total) await this.#load(page);
  }

  /** The list belongs to something else now. */
  clear(): void {
    this.#generation += 1;
    this.#asked.clear();
    this.#pages = new Map();
    this.total = 0;
    this.loaded = false;
  }

  /** Rows by index, fetched when they are not here yet. */
  async range(first: number, last: number): Promise<readonly T[]> {
    const rows: T[] = [];
    for (let page = Math.floor(first / pageSize); page <= Math.floor(last / pageSize); page++) {
      if (!this.#pages.has(page)) await this.#load(page, true);
    }
    for (let index = first; index <= last; index++) {
      const row = this.at(index);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  async #load(page: number, again = false): Promise<void> {
    if (this.#asked.has(page) && !again) return;
    this.#asked.add(page);
    const generation = this.#generation;
    const fetched = await this.#fetchPage(page * pageSize, pageSize);
    if (generation !== this.#generation) return;
    if (fetched === undefined) {
      this.#asked.delete(page);
      return;
    }
    const pages = new Map(this.#pages);
    pages.set(page, fetched.rows);
    for (const known of pages.keys()) if (known * pageSize >= fetched.total && known > 0) pages.delete(known);
    this.#pages = pages;
    this.total = fetched.total;
    this.loaded = true;
  }
}
