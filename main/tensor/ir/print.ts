/** Prints a graph as text: one line a node, values numbered in order of appearance, so that equal graphs print equally. */
import type { ConstantData, Graph, ValueId } from './graph.ts';
import { formatType, typeOf } from './graph.ts';

function formatConstant(data: ConstantData): string {
  const shown = Array.from(data.subarray(0, 4), (v) => String(Number(v.toPrecision(6))));
  return data.length > 4 ? `{${shown.join(', ')}, … ${data.length}}` : `{${shown.join(', ')}}`;
}

/** The graph as text. */
export function printGraph(graph: Graph): string {
  const names = new Map<ValueId, string>();
  const name = (value: ValueId): string => {
    const data = graph.constants.get(value);
    if (data && data.length === 1) return String(Number(data[0]!.toPrecision(6)));
    if (!names.has(value)) names.set(value, `%${names.size}`);
    return names.get(value)!;
  };
  const lines = [`graph ${graph.name}`];
  for (const input of graph.inputs)
    lines.push(`  ${name(input.value)}: ${formatType(typeOf(graph, input.value))} = input ${input.name}`);
  const constants = new Set<ValueId>();
  for (const node of graph.nodes) {
    for (const value of node.inputs) {
      const data = graph.constants.get(value);
      if (data && data.length > 1 && !constants.has(value)) {
        constants.add(value);
        lines.push(`  ${name(value)}: ${formatType(typeOf(graph, value))} = constant ${formatConstant(data)}`);
      }
    }
    const attributes = Object.entries(node.attributes).map(
      ([key, value]) => ` ${key}=${Array.isArray(value) ? `[${value.join(',')}]` : String(value)}`,
    );
    const outputs = node.outputs.map((value) => `${name(value)}: ${formatType(typeOf(graph, value))}`);
    lines.push(`  ${outputs.join(', ')} = ${node.op} ${node.inputs.map(name).join(' ')}${attributes.join('')}`);
  }
  for (const output of graph.outputs) lines.push(`  output ${output.name} = ${name(output.value)}`);
  return `${lines.join('\n')}\n`;
}

/** How many nodes of each op a graph has, most frequent first. */
export function countOps(graph: Graph): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { op } of graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b)));
}
