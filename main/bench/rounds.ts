/** Sides taking turns: whatever else the machine does hits them all alike. */
import type { Round } from './protocol.ts';
import type { Side } from './side.ts';

export interface RoundOptions {
  /** Rounds that count. */
  readonly rounds: number;
  /** Rounds before them: caches, clocks and just-in-time compilers settle. */
  readonly warmUp: number;
  /** Pause after each turn: worker threads of a runtime spin for a while after their work and would take time from the next side. */
  readonly pauseMs: number;
}

/** A side's turns: all of them in order, and the times of those that count. */
export interface Turns {
  readonly all: readonly Round[];
  readonly ms: readonly number[];
}

/** Every side does one round, then every side the next. The answer is in the order of `sides`. */
export async function takeTurns(
  sides: readonly Pick<Side, 'round'>[],
  { rounds, warmUp, pauseMs }: RoundOptions,
): Promise<Turns[]> {
  const turns: Round[][] = sides.map(() => []);
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const [i, side] of sides.entries()) {
      turns[i]!.push(await side.round());
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  return turns.map((all) => ({ all, ms: all.slice(warmUp).map(({ ms }) => ms) }));
}
