/** One measurement: the studio's side, a peer's where there is one, and sides that measure something beside them. */
import { studioError } from '../base/errors.ts';
import type { Machine } from './machine.ts';
import type { Result } from './result.ts';
import { takeTurns } from './rounds.ts';
import type { RoundOptions, Turns } from './rounds.ts';
import type { Side } from './side.ts';
import { largestDifference, median, quantile } from './statistics.ts';

/** Why there is nothing to compare with, in plain words. */
export interface NoPeer {
  readonly reason: string;
}

export interface Contest {
  readonly name: string;
  readonly device: string;
  readonly setting: Result['setting'];
  readonly ours: Side;
  readonly peer: Side | NoPeer;
  /** Sides that take turns with the two, for figures of their own. */
  readonly beside?: readonly Side[] | undefined;
  /** The first so many values must be equal, to this relative tolerance. */
  readonly agreement?: { readonly values: number; readonly tolerance: number } | undefined;
  readonly rounds: RoundOptions;
  readonly machine: Machine;
  readonly now: () => Date;
}

export interface Outcome {
  readonly result: Result;
  /** Turns of `beside`, in its order. */
  readonly beside: readonly Turns[];
}

const quartiles = (ms: readonly number[]): [number, number] => [quantile(ms, 0.25), quantile(ms, 0.75)];
const isSide = (peer: Side | NoPeer): peer is Side => 'round' in peer;

/** Runs a contest to its end. Throws `bench.disagree` when the two sides compute different things. */
export async function hold(contest: Contest): Promise<Outcome> {
  const { name, device, setting, ours, peer, beside = [], agreement, rounds, machine, now } = contest;
  const sides = [ours, ...(isSide(peer) ? [peer] : []), ...beside];
  const turns = await takeTurns(sides, rounds);
  const own = turns[0]!;
  const ends = [];
  for (const side of sides) ends.push(await side.end());
  const ownEnd = ends[0]!;
  const base = {
    name,
    device,
    setting,
    ms: median(own.ms),
    rounds: own.ms.length,
    ms_quartiles: quartiles(own.ms),
    ...(ownEnd.rss_mb === null ? {} : { rss_mb: ownEnd.rss_mb }),
    ...(ownEnd.device_mb === undefined ? {} : { device_mb: ownEnd.device_mb }),
    machine,
    date: now().toISOString(),
  };
  if (!isSide(peer))
    return { result: { ...base, peer: null, peer_ms: null, ratio: null, reason: peer.reason }, beside: turns.slice(1) };
  const other = turns[1]!;
  const otherEnd = ends[1]!;
  const difference = agreement && compare(own, other, agreement);
  const result: Result = {
    ...base,
    peer: peer.title,
    peer_ms: median(other.ms),
    ratio: base.ms / median(other.ms),
    peer_ms_quartiles: quartiles(other.ms),
    ...(otherEnd.rss_mb === null ? {} : { peer_rss_mb: otherEnd.rss_mb }),
    ...(otherEnd.device_mb === undefined ? {} : { peer_device_mb: otherEnd.device_mb }),
    ...(ownEnd.rss_mb === null || otherEnd.rss_mb === null ? {} : { rss_ratio: ownEnd.rss_mb / otherEnd.rss_mb }),
    ...(difference === undefined ? {} : { loss_difference: difference }),
    peer_facts: peer.facts,
  };
  return { result, beside: turns.slice(2) };
}

/** The largest difference of what two sides computed first. */
function compare(own: Turns, other: Turns, agreement: NonNullable<Contest['agreement']>): number {
  const [a, b] = [own, other].map(({ all }) => all.flatMap(({ values }) => values).slice(0, agreement.values)) as [
    number[],
    number[],
  ];
  const difference = a.length === b.length ? largestDifference(a, b) : Infinity;
  // Not `>`: NaN agrees with nothing.
  if (!(difference <= agreement.tolerance)) throw studioError('bench.disagree', { ours: a, peer: b });
  return difference;
}
