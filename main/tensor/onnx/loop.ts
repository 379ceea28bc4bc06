/**
 * Writes programs as one ONNX model that makes many steps in a Loop: the state goes in and comes out once, whatever the
 * number of steps. A step is one program, or several in order, of which some are repeated: the gradients of micro-batches, then
 * the update. Source: ONNX operators, Loop-16 (loop-carried values, outer scope, scan outputs).
 */
import { assertThat } from '../../base/errors.ts';
import type { Graph, TensorType } from '../ir/graph.ts';
import { typeOf } from '../ir/graph.ts';
import { encodeModel } from './format.ts';
import { addGraph, OnnxNodes, valueInfo } from './nodes.ts';

/** A program, made `times` times before the next one. */
export interface LoopPart {
  readonly graph: Graph;
  readonly times: number;
}

/** Inputs and outputs of the model, by the names it has for them. */
export interface LoopModel {
  readonly bytes: Uint8Array;
  /** The name of the input that says how many steps to make: one int64. */
  readonly steps: string;
  /** Tensors of the state that the programs read or write. */
  readonly state: readonly { readonly name: string; readonly input: string; readonly output: string | undefined }[];
  /** Inputs of each call: stacked, `[steps, …shape]`, or `[steps, times, …shape]` for a part that is repeated. */
  readonly taken: readonly StackedValue[];
  /** Outputs of each call that are no state, stacked alike. */
  readonly reported: readonly StackedValue[];
}
export interface StackedValue {
  readonly part: number;
  readonly name: string;
  /** The model's name of it. */
  readonly value: string;
  /** Of one call. */
  readonly type: TensorType;
}

interface Typed {
  readonly value: string;
  readonly type: TensorType;
}

/** A Loop around `body`, which is given names for what goes from one time to the next and for its share of each stack. */
function addLoop(
  list: OnnxNodes,
  prefix: string,
  times: string,
  carried: readonly Typed[],
  stacks: readonly string[],
  body: (
    inner: OnnxNodes,
    carried: readonly string[],
    taken: readonly string[],
  ) => { carried: readonly string[]; reported: readonly Typed[] },
): { carried: string[]; reported: string[] } {
  const inner = new OnnxNodes(prefix);
  const [iteration, goOn] = [inner.fresh(), inner.fresh()];
  const before = carried.map(({ type }) => ({ value: inner.fresh(), type }));
  const taken = stacks.map((stack) => inner.node('Gather', [stack, iteration], { axis: 0 }));
  const after = body(
    inner,
    before.map(({ value }) => value),
    taken,
  );
  const graph = {
    name: `${prefix}body`,
    input: [
      valueInfo(iteration, { dtype: 'int64', shape: [] }),
      valueInfo(goOn, { dtype: 'bool', shape: [] }),
      ...before.map(({ value, type }) => valueInfo(value, type)),
    ],
    output: [
      valueInfo(inner.node('Identity', [goOn]), { dtype: 'bool', shape: [] }),
      ...after.carried.map((value, i) => valueInfo(value, carried[i]!.type)),
      ...after.reported.map(({ value, type }) => valueInfo(value, type)),
    ],
    node: inner.nodes,
    initializer: inner.initializers,
  };
  const outputs = {
    carried: carried.map(() => list.fresh()),
    reported: after.reported.map(() => list.fresh()),
  };
  list.node('Loop', [times, '', ...carried.map(({ value }) => value)], { body: { graph } }, [
    ...outputs.carried,
    ...outputs.reported,
  ]);
  return outputs;
}

/** The type of what a part takes or reports in one step. */
const perStep = (times: number, { dtype, shape }: TensorType): TensorType => ({
  dtype,
  shape: times === 1 ? shape : [times, ...shape],
});

/** Adds one part to the body of a step. `state` holds the current names and is brought up to date. Returns what it reports. */
function addPart(
  list: OnnxNodes,
  prefix: string,
  { graph, times }: LoopPart,
  state: Map<string, string>,
  taken: ReadonlyMap<string, string>,
): Typed[] {
  const written = graph.outputs.filter(({ name }) => state.has(name));
  const reported = graph.outputs.filter(({ name }) => !state.has(name));
  const keep = (values: readonly string[]) => written.forEach(({ name }, i) => state.set(name, values[i]!));
  const addOnce = (inner: OnnxNodes, nameOf: (name: string) => string | undefined) => {
    const outputs = addGraph(graph, inner, (name) => {
      const value = nameOf(name);
      assertThat(value !== undefined, `${graph.name} to find its input ${name}`);
      return value;
    });
    const valueOf = new Map(graph.outputs.map(({ name }, i) => [name, outputs[i]!]));
    return {
      carried: written.map(({ name }) => valueOf.get(name)!),
      reported: reported.map(({ name, value }) => ({ value: valueOf.get(name)!, type: typeOf(graph, value) })),
    };
  };
  if (times === 1) {
    const once = addOnce(list, (name) => state.get(name) ?? taken.get(name));
    keep(once.carried);
    return once.reported;
  }
  const carried = written.map(({ name, value }) => ({ value: state.get(name)!, type: typeOf(graph, value) }));
  const loop = addLoop(list, prefix, list.int(times), carried, [...taken.values()], (inner, before, shares) => {
    const carriedAs = new Map(written.map(({ name }, i) => [name, before[i]!]));
    const takenAs = new Map(Array.from(taken.keys(), (name, i) => [name, shares[i]!]));
    return addOnce(inner, (name) => carriedAs.get(name) ?? state.get(name) ?? takenAs.get(name));
  });
  keep(loop.carried);
  return reported.map(({ value }, i) => ({ value: loop.reported[i]!, type: perStep(times, typeOf(graph, value)) }));
}

/** @param state names of the tensors that stay from call to call; all other inputs are given for each call */
export function writeLoop(name: string, parts: readonly LoopPart[], state: ReadonlySet<string>): LoopModel {
  const list = new OnnxNodes();
  const steps = 'steps';
  const kept = new Map<string, TensorType>();
  for (const { graph } of parts)
    for (const { name: used, value } of [...graph.inputs, ...graph.outputs])
      if (state.has(used)) kept.set(used, typeOf(graph, value));
  const written = [...kept.keys()].filter((one) =>
    parts.some(({ graph }) => graph.outputs.some((out) => out.name === one)),
  );
  const inputs = new Map(Array.from(kept.keys(), (one) => [one, list.fresh()]));
  const taken = parts.flatMap(({ graph }, part): StackedValue[] =>
    graph.inputs
      .filter((input) => !state.has(input.name))
      .map((input) => ({ part, name: input.name, value: list.fresh(), type: typeOf(graph, input.value) })),
  );
  const loop = addLoop(
    list,
    'step_',
    steps,
    written.map((one) => ({ value: inputs.get(one)!, type: kept.get(one)! })),
    taken.map(({ value }) => value),
    (inner, before, shares) => {
      const current = new Map([...inputs, ...written.map((one, i) => [one, before[i]!] as const)]);
      const reported = parts.flatMap((part, p) => {
        const given = new Map(taken.flatMap((one, i) => (one.part === p ? [[one.name, shares[i]!] as const] : [])));
        return addPart(inner, `part${p}_`, part, current, given);
      });
      return { carried: written.map((one) => current.get(one)!), reported };
    },
  );
  const reported = parts
    .flatMap(({ graph }, part) =>
      graph.outputs
        .filter((out) => !state.has(out.name))
        .map((out) => ({ part, name: out.name, type: typeOf(graph, out.value) })),
    )
    .map((one, i) => ({ ...one, value: loop.reported[i]! }));
  const stackInfo = ({ part, value, type }: StackedValue) => {
    const { dtype, shape } = perStep(parts[part]!.times, type);
    return valueInfo(value, { dtype, shape: [steps, ...shape] });
  };
  const bytes = encodeModel({
    name,
    node: list.nodes,
    initializer: list.initializers,
    input: [
      valueInfo(steps, { dtype: 'int64', shape: [] }),
      ...Array.from(kept, ([one, type]) => valueInfo(inputs.get(one)!, type)),
      ...taken.map(stackInfo),
    ],
    output: [...written.map((one, i) => valueInfo(loop.carried[i]!, kept.get(one)!)), ...reported.map(stackInfo)],
  });
  const outputOf = new Map(written.map((one, i) => [one, loop.carried[i]!]));
  return {
    bytes,
    steps,
    state: Array.from(kept.keys(), (one) => ({ name: one, input: inputs.get(one)!, output: outputOf.get(one) })),
    taken,
    reported,
  };
}
