/** Builds a graph node by node; the output types come from the shape rules. */
import type { ConstantData, Graph, NamedValue, Node, NodeOf, OpName, TensorType, ValueId } from './graph.ts';
import { outputTypes } from './shapes.ts';

export class GraphBuilder {
  readonly #name: string;
  readonly #nodes: Node[] = [];
  readonly #inputs: NamedValue[] = [];
  readonly #constants = new Map<ValueId, ConstantData>();
  readonly #types = new Map<ValueId, TensorType>();

  constructor(name: string) {
    this.#name = name;
  }

  input(name: string, type: TensorType): ValueId {
    const value = this.#fresh(type);
    this.#inputs.push({ name, value });
    return value;
  }

  constant(data: ConstantData, type: TensorType): ValueId {
    const value = this.#fresh(type);
    this.#constants.set(value, data);
    return value;
  }

  scalar(value: number): ValueId {
    return this.constant(Float32Array.of(value), { dtype: 'float32', shape: [] });
  }

  typeOf(value: ValueId): TensorType {
    return this.#types.get(value)!;
  }

  /** Adds a node and returns its outputs. Throws ShapeProblem. */
  emitAll<O extends OpName>(
    op: O,
    inputs: readonly ValueId[],
    attributes: NodeOf<O>['attributes'],
  ): readonly ValueId[] {
    const outputs = outputTypes(
      op,
      inputs.map((value) => this.typeOf(value)),
      attributes,
    ).map((type) => this.#fresh(type));
    const node: NodeOf<O> = { op, inputs, outputs, attributes };
    this.#nodes.push(node as unknown as Node);
    return outputs;
  }

  /** Adds a node with one output. Throws ShapeProblem. */
  emit<O extends OpName>(op: O, inputs: readonly ValueId[], attributes: NodeOf<O>['attributes']): ValueId {
    return this.emitAll(op, inputs, attributes)[0]!;
  }

  finish(outputs: readonly NamedValue[]): Graph {
    return {
      name: this.#name,
      inputs: this.#inputs,
      outputs,
      nodes: this.#nodes,
      constants: this.#constants,
      types: this.#types,
    };
  }

  #fresh(type: TensorType): ValueId {
    const value = this.#types.size;
    this.#types.set(value, type);
    return value;
  }
}
