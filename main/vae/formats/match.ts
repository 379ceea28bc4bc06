/** A file's weights held against those that a network wants: what is missing, what is too many, what has another shape. */
import { sameShape } from '../../tensor/ir/graph.ts';

interface Shaped {
  readonly name: string;
  readonly shape: readonly number[];
}

const mostNamed = 5;
/** Beyond this many candidates a suggestion is not worth its time. */
const mostCandidates = 1000;

const joinShape = (shape: readonly number[]): string => (shape.length === 0 ? 'one number' : shape.join('×'));
/** Names come from strangers: what is quoted of one has a limit. */
const quoted = (name: string): string => (name.length > 100 ? `${name.slice(0, 100)}…` : name);
const listed = (items: readonly string[]): string =>
  `${items.slice(0, mostNamed).join(', ')}${items.length > mostNamed ? ` and ${items.length - mostNamed} more` : ''}`;

/** Insertions, deletions and replacements that make one text of the other (Levenshtein, 1966). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/** The candidate most like `name`, if it is alike enough to be a slip. */
function nearest(name: string, candidates: readonly string[]): string | undefined {
  const mostEdits = name.length / 5;
  const ranked = candidates
    .filter((candidate) => Math.abs(candidate.length - name.length) <= mostEdits)
    .slice(0, mostCandidates)
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0] && ranked[0].distance <= mostEdits ? ranked[0].candidate : undefined;
}

/** 1 × 1 convolutions of attention, which older files have, are the same numbers as a linear layer. */
const isShapeOf = (shape: readonly number[], wanted: readonly number[]): boolean =>
  sameShape(shape, wanted) || (wanted.length === 2 && sameShape(shape, [...wanted, 1, 1]));

/** What is wrong with `found` (shapes by the network's names) as the weights of a network; undefined when nothing is. */
export function mismatch(wanted: readonly Shaped[], found: ReadonlyMap<string, readonly number[]>): string | undefined {
  const known = new Set(wanted.map(({ name }) => name));
  const extra = [...found.keys()].filter((name) => !known.has(name));
  const missing = wanted.filter(({ name }) => !found.has(name)).map(({ name }) => name);
  const misshapen = wanted.flatMap(({ name, shape }) => {
    const got = found.get(name);
    return got && !isShapeOf(got, shape) ? [`${name} (${joinShape(got)} instead of ${joinShape(shape)})`] : [];
  });
  const missingWords = missing.slice(0, mostNamed).map((name) => {
    const alike = nearest(name, extra);
    return alike === undefined ? name : `${name} (it has ${alike}; is that meant?)`;
  });
  const parts = [
    ...(missing.length > 0 ? [`it lacks ${missing.length} of ${wanted.length} weights: ${listed([...missingWords, ...missing.slice(mostNamed)])}`] : []), // prettier-ignore
    ...(misshapen.length > 0 ? [`${misshapen.length} of its weights have another shape: ${listed(misshapen)}`] : []),
    ...(extra.length > 0
      ? [
          `it has ${extra.length} that the network does not know: ${listed(extra.slice(0, mostNamed).map(quoted).concat(extra.slice(mostNamed)))}`,
        ]
      : []),
  ];
  return parts.length > 0 ? parts.join('; ') : undefined;
}
