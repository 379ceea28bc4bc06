/** Writes a graph as an ONNX model: `in0 … ` and `out0 …` in the order of the graph's inputs and outputs. */
import type { ConstantData, Graph, Node, NodeOf, OpName, TensorType, ValueId } from '../ir/graph.ts';
import { typeOf } from '../ir/graph.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor, OnnxValueInfo } from './format.ts';
import { attributeType, elementType, encodeModel, operator } from './format.ts';
import { onnxRules } from './rules.ts';
import type { AttributeValue, OnnxScope } from './rules.ts';

const bytesOf = (data: ConstantData | BigInt64Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function toAttribute(name: string, value: AttributeValue): OnnxAttribute {
  if (typeof value === 'number') return { name, type: attributeType.int, i: value };
  return 'float' in value
    ? { name, type: attributeType.float, f: value.float }
    : { name, type: attributeType.ints, ints: value };
}

const valueInfo = (name: string, { dtype, shape }: TensorType): OnnxValueInfo => ({
  name,
  type: { tensor_type: { elem_type: elementType[dtype], shape: { dim: shape.map((size) => ({ dim_value: size })) } } },
});

/** Collects nodes and constants while the rules run. */
class ModelScope implements OnnxScope {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #graph: Graph;
  readonly #names = new Map<ValueId, string>();
  readonly #lists = new Map<string, string>();

  constructor(graph: Graph) {
    this.#graph = graph;
    graph.inputs.forEach(({ value }, i) => this.#names.set(value, `in${i}`));
    for (const [value, data] of graph.constants) {
      const { dtype, shape } = typeOf(graph, value);
      this.#names.set(value, this.#initializer(elementType[dtype], shape, bytesOf(data)));
    }
    // A value that is one output gets its name at once; copies are made only where one value has two names.
    graph.outputs.forEach(({ value }, i) => {
      if (!this.#names.has(value)) this.#names.set(value, `out${i}`);
    });
  }

  name(value: ValueId): string {
    const known = this.#names.get(value) ?? `v${value}`;
    this.#names.set(value, known);
    return known;
  }
  typeOf(value: ValueId): TensorType {
    return typeOf(this.#graph, value);
  }
  ints(values: readonly number[]): string {
    return this.#once(`i ${values.join(',')}`, () =>
      this.#initializer(elementType.int64, [values.length], bytesOf(BigInt64Array.from(values, BigInt))),
    );
  }
  float(value: number): string {
    return this.#once(`f ${value}`, () => this.#initializer(elementType.float32, [], bytesOf(Float32Array.of(value))));
  }
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    outputs?: readonly string[],
  ): string {
    const written = outputs ?? [`n${this.nodes.length}`];
    const attribute = Object.entries(attributes).map(([name, value]) => toAttribute(name, value));
    this.nodes.push({ ...operator(op), name: `${op}_${this.nodes.length}`, input: inputs, output: written, attribute });
    return written[0]!;
  }

  #initializer(type: number, dims: readonly number[], raw: Uint8Array): string {
    const name = `c${this.initializers.length}`;
    this.initializers.push({ name, dims, data_type: type, raw_data: raw });
    return name;
  }
  #once(key: string, make: () => string): string {
    const known = this.#lists.get(key) ?? make();
    this.#lists.set(key, known);
    return known;
  }
}

function apply<O extends OpName>(node: NodeOf<O>, scope: OnnxScope): void {
  onnxRules[node.op](node, scope);
}

/** The bytes of the ONNX model. */
export function writeOnnx(graph: Graph): Uint8Array {
  const scope = new ModelScope(graph);
  graph.nodes.forEach((node: Node) => apply(node, scope));
  graph.outputs.forEach(({ value }, i) => {
    if (scope.name(value) !== `out${i}`) scope.node('Identity', [scope.name(value)], {}, [`out${i}`]);
  });
  return encodeModel({
    name: graph.name,
    node: scope.nodes,
    initializer: scope.initializers,
    input: graph.inputs.map(({ value }, i) => valueInfo(`in${i}`, typeOf(graph, value))),
    output: graph.outputs.map(({ value }, i) => valueInfo(`out${i}`, typeOf(graph, value))),
  });
}
