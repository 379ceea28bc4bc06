/** Which rows of a long list are chosen, by their ids: one, one more or less, or everything up to here. */
import type { PagedList } from './paged-list.svelte.ts';
import { selected } from './selected.ts';

export class Selection<Row extends { readonly id: string }> {
  ids = $state.raw<ReadonlySet<string>>(new Set());
  readonly #list: PagedList<Row>;
  #anchor = 0;

  constructor(list: PagedList<Row>) {
    this.#list = list;
  }

  get size(): number {
    return this.ids.size;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  clear(): void {
    this.ids = new Set();
    this.#anchor = 0;
  }

  async select(index: number, keys: { readonly shift: boolean; readonly toggle: boolean }): Promise<void> {
    const row = this.#list.at(index);
    if (!row) return;
    const range = keys.shift ? await this.#idsBetween(this.#anchor, index) : undefined;
    if (!keys.shift) this.#anchor = index;
    this.ids = selected(this.ids, row.id, { toggle: keys.toggle, range });
  }

  async selectAll(): Promise<void> {
    if (this.#list.total > 0) this.ids = new Set(await this.#idsBetween(0, this.#list.total - 1));
  }

  async selectFirst(rows: number): Promise<void> {
    this.ids = new Set(await this.#idsBetween(0, Math.min(rows, this.#list.total) - 1));
  }

  /** The chosen ones in the order of the list: whatever was chosen was fetched for it. */
  get rows(): Row[] {
    return this.#list.known.filter(({ id }) => this.ids.has(id));
  }

  async #idsBetween(a: number, b: number): Promise<string[]> {
    const rows = await this.#list.range(Math.max(0, Math.min(a, b)), Math.max(a, b));
    return rows.map(({ id }) => id);
  }
}
