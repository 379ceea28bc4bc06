/** Walks a graph once in order; a visitor may replace a node by values it already has or by new nodes. */
import { checkGraph } from '../ir/check.ts';
import type { ConstantData, Graph, Node, NodeOf, OpName, TensorType, ValueId } from '../ir/graph.ts';
import { outputTypes } from '../ir/shapes.ts';

export interface Rewriter {
  typeOf(value: ValueId): TensorType;
  /** The node that writes a value; undefined for inputs and constants. */
  producer(value: ValueId): Node | undefined;
  constantOf(value: ValueId): ConstantData | undefined;
  /** How many inputs of nodes and outputs of the graph read a value; 0 for one that this walk made. */
  uses(value: ValueId): number;
  emit<O extends OpName>(op: O, inputs: readonly ValueId[], attributes: NodeOf<O>['attributes']): ValueId;
  emitAll<O extends OpName>(op: O, inputs: readonly ValueId[], attributes: NodeOf<O>['attributes']): readonly ValueId[];
  constant(data: ConstantData, type: TensorType): ValueId;
}

/** The one element of a constant scalar, or of a constant broadcast from one. */
export function scalarOf(value: ValueId, rewriter: Rewriter): number | undefined {
  const node = rewriter.producer(value);
  const data = rewriter.constantOf(node?.op === 'expand' ? node.inputs[0]! : value);
  return data?.length === 1 ? data[0] : undefined;
}

function countUses(graph: Graph): ReadonlyMap<ValueId, number> {
  const uses = new Map<ValueId, number>();
  for (const value of [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map((out) => out.value)])
    uses.set(value, (uses.get(value) ?? 0) + 1);
  return uses;
}

/** Returns the values that stand for the node's outputs, or undefined to keep the node. */
export type Visitor = (node: Node, rewriter: Rewriter) => readonly ValueId[] | undefined;

/** Applies `visit` to every node (its inputs already replaced) and checks the result. */
export function rewrite(graph: Graph, passName: string, visit: Visitor): Graph {
  const nodes: Node[] = [];
  const types = new Map(graph.types);
  const constants = new Map(graph.constants);
  const uses = countUses(graph);
  const producers = new Map<ValueId, Node>();
  const replacedBy = new Map<ValueId, ValueId>();
  let next = Math.max(-1, ...graph.types.keys()) + 1;
  const push = (node: Node) => {
    nodes.push(node);
    for (const value of node.outputs) producers.set(value, node);
  };
  const fresh = (type: TensorType): ValueId => {
    types.set(next, type);
    return next++;
  };
  const rewriter: Rewriter = {
    typeOf: (value) => types.get(value)!,
    producer: (value) => producers.get(value),
    constantOf: (value) => constants.get(value),
    uses: (value) => uses.get(value) ?? 0,
    emit: (op, inputs, attributes) => rewriter.emitAll(op, inputs, attributes)[0]!,
    emitAll: (op, inputs, attributes) => {
      const outputs = outputTypes(
        op,
        inputs.map((value) => types.get(value)!),
        attributes,
      ).map(fresh);
      push({ op, inputs, outputs, attributes } as unknown as Node);
      return outputs;
    },
    constant: (data, type) => {
      const value = fresh(type);
      constants.set(value, data);
      return value;
    },
  };
  const current = (value: ValueId): ValueId => replacedBy.get(value) ?? value;
  for (const node of graph.nodes) {
    const updated = { ...node, inputs: node.inputs.map(current) };
    const replacement = visit(updated, rewriter);
    if (replacement) node.outputs.forEach((value, i) => replacedBy.set(value, replacement[i]!));
    else push(updated);
  }
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: current(value) }));
  return checkGraph(removeDeadCode({ ...graph, nodes, constants, types, outputs }), passName);
}

/** Drops nodes and constants that no output needs; inputs stay, because they are the graph's signature. */
export function removeDeadCode(graph: Graph): Graph {
  const needed = new Set<ValueId>(graph.outputs.map(({ value }) => value));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((value) => needed.has(value))) continue;
    nodes.push(node);
    for (const value of node.inputs) needed.add(value);
  }
  nodes.reverse();
  const constants = new Map([...graph.constants].filter(([value]) => needed.has(value)));
  const kept = new Set([
    ...graph.inputs.map(({ value }) => value),
    ...constants.keys(),
    ...nodes.flatMap(({ outputs }) => outputs),
  ]);
  const types = new Map([...graph.types].filter(([value]) => kept.has(value)));
  return { ...graph, nodes, constants, types };
}
