/** Collects the nodes and constants of an ONNX graph while the rules run. */
import type { ConstantData, Dtype, Graph, Node, NodeOf, OpName, TensorType, ValueId } from '../ir/graph.ts';
import { typeOf } from '../ir/graph.ts';
import type { OnnxAttribute, OnnxDimension, OnnxNode, OnnxTensor, OnnxValueInfo } from './format.ts';
import { attributeType, elementType, operator } from './format.ts';
import { onnxRules } from './rules.ts';
import type { AttributeValue, OnnxScope } from './rules.ts';

const bytesOf = (data: ConstantData | BigInt64Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function toAttribute(name: string, value: AttributeValue): OnnxAttribute {
  if (typeof value === 'number') return { name, type: attributeType.int, i: value };
  if ('float' in value) return { name, type: attributeType.float, f: value.float };
  if ('string' in value) return { name, type: attributeType.string, s: Buffer.from(value.string) };
  if ('graph' in value) return { name, type: attributeType.graph, g: value.graph };
  return { name, type: attributeType.ints, ints: value };
}

const toDimension = (size: number | string): OnnxDimension =>
  typeof size === 'number' ? { dim_value: size } : { dim_param: size };

/** What a model says of an input or output. A size that is a name is known only when the model runs. */
export const valueInfo = (
  name: string,
  { dtype, shape }: { readonly dtype: Dtype | 'int64'; readonly shape: readonly (number | string)[] },
): OnnxValueInfo => ({
  name,
  type: { tensor_type: { elem_type: elementType[dtype], shape: { dim: shape.map(toDimension) } } },
});

/** The nodes and constants of a model or of a body in it, whose names all begin with `prefix`: ONNX has no shadowing. */
export class OnnxNodes implements Pick<OnnxScope, 'ints' | 'float' | 'floats' | 'node'> {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly prefix: string;
  readonly #known = new Map<string, string>();
  #names = 0;

  constructor(prefix = '') {
    this.prefix = prefix;
  }

  /** A name that nothing else has. */
  fresh(): string {
    return `${this.prefix}v${this.#names++}`;
  }
  ints(values: readonly number[]): string {
    return this.#once(`i ${values.join(',')}`, () =>
      this.#initializer(elementType.int64, [values.length], bytesOf(BigInt64Array.from(values, BigInt))),
    );
  }
  /** One int64. */
  int(value: number): string {
    return this.#once(`i0 ${value}`, () =>
      this.#initializer(elementType.int64, [], bytesOf(BigInt64Array.of(BigInt(value)))),
    );
  }
  float(value: number): string {
    return this.#once(`f ${value}`, () => this.#initializer(elementType.float32, [], bytesOf(Float32Array.of(value))));
  }
  floats(values: readonly number[]): string {
    return this.#once(`fs ${values.join(',')}`, () =>
      this.#initializer(elementType.float32, [values.length], bytesOf(Float32Array.from(values))),
    );
  }
  constant(data: ConstantData, { dtype, shape }: TensorType): string {
    return this.#initializer(elementType[dtype], shape, bytesOf(data));
  }
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    outputs: readonly string[] = [this.fresh()],
  ): string {
    const attribute = Object.entries(attributes).map(([name, value]) => toAttribute(name, value));
    const name = `${this.prefix}${op}_${this.nodes.length}`;
    this.nodes.push({ ...operator(op), name, input: inputs, output: outputs, attribute });
    return outputs[0]!;
  }

  #initializer(type: number, dims: readonly number[], raw: Uint8Array): string {
    const name = `${this.prefix}c${this.initializers.length}`;
    this.initializers.push({ name, dims, data_type: type, raw_data: raw });
    return name;
  }
  #once(key: string, make: () => string): string {
    const known = this.#known.get(key) ?? make();
    this.#known.set(key, known);
    return known;
  }
}

function apply<O extends OpName>(node: NodeOf<O>, scope: OnnxScope): void {
  onnxRules[node.op](node, scope);
}

/**
 * Adds a graph to `list`, reading its inputs under the names that `input` gives, and returns the names of its outputs:
 * each a value of its own, called by `output` where that is given.
 */
export function addGraph(
  graph: Graph,
  list: OnnxNodes,
  input: (name: string, index: number) => string,
  output: (index: number) => string = () => list.fresh(),
): string[] {
  const names = new Map<ValueId, string>();
  graph.inputs.forEach(({ name, value }, i) => names.set(value, input(name, i)));
  for (const [value, data] of graph.constants) names.set(value, list.constant(data, typeOf(graph, value)));
  const outputs = graph.outputs.map((_, i) => output(i));
  // A value that is one output gets its name at once; copies are made only where one value has two names.
  graph.outputs.forEach(({ value }, i) => {
    if (!names.has(value)) names.set(value, outputs[i]!);
  });
  const scope: OnnxScope = {
    name: (value) => {
      const known = names.get(value) ?? list.fresh();
      names.set(value, known);
      return known;
    },
    typeOf: (value) => typeOf(graph, value),
    ints: (values) => list.ints(values),
    float: (value) => list.float(value),
    floats: (values) => list.floats(values),
    node: (...parts) => list.node(...parts),
  };
  graph.nodes.forEach((node: Node) => apply(node, scope));
  graph.outputs.forEach(({ value }, i) => {
    if (scope.name(value) !== outputs[i]) list.node('Identity', [scope.name(value)], {}, [outputs[i]!]);
  });
  return outputs;
}
