/**
 * Exact optimal-transport coupling of a batch: which noise goes with which latent.
 * Minimising Σ‖x_i − n_π(i)‖² is maximising Σ⟨x_i, n_π(i)⟩, a linear assignment problem.
 */

/** cost[i·n + j] = −⟨x_i, n_j⟩ for `n` rows of `dimensions` values each. */
export function pairCosts(x: Float32Array, noise: Float32Array, n: number): Float64Array {
  const dimensions = x.length / n;
  const cost = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = x.subarray(i * dimensions, (i + 1) * dimensions);
    // Four columns at once, because sums that do not wait for each other fill the processor; past the end the last one again.
    for (let j = 0; j < n; j += 4) {
      const [j1, j2, j3] = [Math.min(j + 1, n - 1), Math.min(j + 2, n - 1), Math.min(j + 3, n - 1)];
      const [at0, at1, at2, at3] = [j * dimensions, j1 * dimensions, j2 * dimensions, j3 * dimensions];
      let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
      for (let d = 0; d < dimensions; d++) {
        const value = row[d]!;
        sum0 += value * noise[at0 + d]!;
        sum1 += value * noise[at1 + d]!;
        sum2 += value * noise[at2 + d]!;
        sum3 += value * noise[at3 + d]!;
      }
      cost[i * n + j] = -sum0;
      cost[i * n + j1] = -sum1;
      cost[i * n + j2] = -sum2;
      cost[i * n + j3] = -sum3;
    }
  }
  return cost;
}

/**
 * The cheapest assignment of n rows to n columns, exactly: `result[row] = column`.
 *
 * Source     Jonker & Volgenant, 1987, A shortest augmenting path algorithm for dense and sparse linear assignment
 *            problems, Computing 38: column reduction, augmenting row reduction, then Dijkstra-like augmentation
 * Invariant  never dearer than the identity; equal to brute force for n ≤ 7   → tests/properties/coupling.test.ts
 */
export function assign(cost: Float64Array, n: number): Int32Array {
  const problem = new Assignment(cost, n);
  problem.reduceColumns();
  let free = problem.freeRows();
  for (let pass = 0; pass < 2 && free.length > 0; pass++) free = problem.reduceRows(free);
  for (const row of free) problem.augment(row);
  return problem.columnOf;
}

class Assignment {
  readonly #cost: Float64Array;
  readonly #n: number;
  /** Dual prices of columns. */
  readonly #price: Float64Array;
  readonly #rowOf: Int32Array;
  readonly columnOf: Int32Array;

  constructor(cost: Float64Array, n: number) {
    this.#cost = cost;
    this.#n = n;
    this.#price = new Float64Array(n);
    this.#rowOf = new Int32Array(n).fill(-1);
    this.columnOf = new Int32Array(n).fill(-1);
  }

  #link(row: number, column: number): void {
    this.columnOf[row] = column;
    this.#rowOf[column] = row;
  }

  /** Prices each column at its cheapest row; a row takes the last column that wants it. */
  reduceColumns(): void {
    for (let column = this.#n - 1; column >= 0; column--) {
      let best = 0;
      for (let row = 1; row < this.#n; row++)
        if (this.#cost[row * this.#n + column]! < this.#cost[best * this.#n + column]!) best = row;
      this.#price[column] = this.#cost[best * this.#n + column]!;
      if (this.columnOf[best] === -1) this.#link(best, column);
    }
  }

  freeRows(): number[] {
    return Array.from(this.columnOf.keys()).filter((row) => this.columnOf[row] === -1);
  }

  /** The two cheapest columns of a row at current prices. */
  #cheapest(row: number): { first: number; second: number; firstCost: number; secondCost: number } {
    let first = -1;
    let second = -1;
    let firstCost = Infinity;
    let secondCost = Infinity;
    for (let column = 0; column < this.#n; column++) {
      const reduced = this.#cost[row * this.#n + column]! - this.#price[column]!;
      if (reduced < firstCost) {
        [second, secondCost, first, firstCost] = [first, firstCost, column, reduced];
      } else if (reduced < secondCost) {
        [second, secondCost] = [column, reduced];
      }
    }
    return { first, second, firstCost, secondCost };
  }

  /** Gives each free row its cheapest column, lowering that column's price; a row it displaces is served next or stays free. */
  reduceRows(free: readonly number[]): number[] {
    const still: number[] = [];
    // Displaced rows can chase each other by rounding errors only; the cap leaves them to the augmentation.
    let budget = 4 * this.#n;
    for (let row of free) {
      for (;;) {
        const { first, second, firstCost, secondCost } = this.#cheapest(row);
        const gap = secondCost - firstCost;
        let column = first;
        let displaced = this.#rowOf[column]!;
        if (gap > 0 && Number.isFinite(gap)) this.#price[column] = this.#price[column]! - gap;
        else if (displaced !== -1 && second !== -1) {
          column = second;
          displaced = this.#rowOf[column]!;
        }
        this.#link(row, column);
        if (displaced === -1) break;
        this.columnOf[displaced] = -1;
        if (gap > 0 && budget-- > 0) row = displaced;
        else {
          still.push(displaced);
          break;
        }
      }
    }
    return still;
  }

  /** Shortest augmenting path from a free row to a free column, then the prices that keep it optimal. */
  augment(start: number): void {
    const n = this.#n;
    const distance = new Float64Array(n);
    const previous = new Int32Array(n).fill(start);
    const done = new Uint8Array(n);
    for (let column = 0; column < n; column++)
      distance[column] = this.#cost[start * n + column]! - this.#price[column]!;
    let end = -1;
    let reach = 0;
    while (end === -1) {
      let next = -1;
      for (let column = 0; column < n; column++)
        if (!done[column] && (next === -1 || distance[column]! < distance[next]!)) next = column;
      reach = distance[next]!;
      if (this.#rowOf[next] === -1) {
        end = next;
        break;
      }
      done[next] = 1;
      const row = this.#rowOf[next]!;
      const base = this.#cost[row * n + next]! - this.#price[next]! - reach;
      for (let column = 0; column < n; column++) {
        if (done[column]) continue;
        const through = this.#cost[row * n + column]! - this.#price[column]! - base;
        if (through < distance[column]!) {
          distance[column] = through;
          previous[column] = row;
        }
      }
    }
    for (let column = 0; column < n; column++)
      if (done[column]) this.#price[column] = this.#price[column]! + distance[column]! - reach;
    for (let column = end; ;) {
      const row = previous[column]!;
      const before = this.columnOf[row]!;
      this.#link(row, column);
      if (row === start) break;
      column = before;
    }
  }
}
