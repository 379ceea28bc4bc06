/** Slices that cut one value into pieces along one axis become one split. */
import type { Graph, NodeOf, ValueId } from '../ir/graph.ts';
import { typeOf } from '../ir/graph.ts';
import { rewrite } from './rewrite.ts';

interface Cut {
  readonly axis: number;
  /** Along the axis, in order. */
  readonly slices: readonly NodeOf<'slice'>[];
}

/** The one axis along which a slice cuts. */
function axisOf(graph: Graph, { inputs, attributes: { size } }: NodeOf<'slice'>): number | undefined {
  const { shape } = typeOf(graph, inputs[0]!);
  const axes = shape.flatMap((extent, axis) => (size[axis] === extent ? [] : [axis]));
  return axes.length === 1 ? axes[0] : undefined;
}

/** Sets of slices that cover their source without overlap, by what they write. */
function findCuts(graph: Graph): Map<ValueId, Cut> {
  const groups = new Map<string, Cut & { slices: NodeOf<'slice'>[] }>();
  for (const node of graph.nodes) {
    if (node.op !== 'slice') continue;
    const axis = axisOf(graph, node);
    if (axis === undefined) continue;
    const key = `${node.inputs[0]} ${axis}`;
    const group = groups.get(key) ?? { axis, slices: [] };
    group.slices.push(node);
    groups.set(key, group);
  }
  const cuts = new Map<ValueId, Cut>();
  for (const { axis, slices } of groups.values()) {
    const sorted = slices.toSorted((a, b) => a.attributes.begin[axis]! - b.attributes.begin[axis]!);
    let covered = 0;
    for (const { attributes } of sorted) {
      if (attributes.begin[axis] !== covered) covered = NaN;
      covered += attributes.size[axis]!;
    }
    if (covered !== typeOf(graph, sorted[0]!.inputs[0]!).shape[axis]) continue;
    for (const slice of sorted) cuts.set(slice.outputs[0]!, { axis, slices: sorted });
  }
  return cuts;
}

export function joinSlices(graph: Graph): Graph {
  const cuts = findCuts(graph);
  const pieces = new Map<Cut['slices'], readonly ValueId[]>();
  return rewrite(graph, 'joinSlices', (node, { emitAll }) => {
    const cut = node.op === 'slice' ? cuts.get(node.outputs[0]!) : undefined;
    if (!cut) return undefined;
    const { axis, slices } = cut;
    const split =
      pieces.get(slices) ??
      emitAll('split', node.inputs, { axis, sizes: slices.map(({ attributes }) => attributes.size[axis]!) });
    pieces.set(slices, split);
    return [split[slices.findIndex(({ outputs }) => outputs[0] === node.outputs[0])]!];
  });
}
