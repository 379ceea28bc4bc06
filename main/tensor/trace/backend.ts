/** A TF.js backend that computes nothing: its kernels record nodes, and reading a value is an error. */
import { studioError } from '../../base/errors.ts';
import { GraphBuilder } from '../ir/builder.ts';
import type { ConstantData, NodeOf, OpName, Shape, TensorType, ValueDtype, ValueId } from '../ir/graph.ts';
import { ShapeProblem } from '../ir/shapes.ts';
import { tf } from '../tf.ts';
import type { DataId, TensorInfo } from '../tf.ts';
import { callSite } from './call-site.ts';

export const traceBackendName = 'cauchy-trace';

function toConstant(values: unknown, dtype: string): ConstantData {
  // Not copied: the weights of a large network are constants, too. Whoever hands values over leaves them as they are.
  if (dtype === 'float32')
    return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>);
  if (dtype === 'int32') return Int32Array.from(values as ArrayLike<number>);
  return Uint8Array.from(values as ArrayLike<number>);
}

export function toDtype(dtype: string): ValueDtype {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new ShapeProblem('float32, int32 or bool', dtype);
}

export class TraceBackend extends tf.KernelBackend {
  #builder = new GraphBuilder('none');
  #values = new WeakMap<object, ValueId>();
  /** A read that TF.js turned into a rejected promise; the trace fails with it even if nobody awaited it. */
  #violation: Error | undefined;

  begin(name: string): GraphBuilder {
    this.#builder = new GraphBuilder(name);
    this.#values = new WeakMap();
    this.#violation = undefined;
    return this.#builder;
  }

  get violation(): Error | undefined {
    return this.#violation;
  }

  get builder(): GraphBuilder {
    return this.#builder;
  }

  override valueOf(tensor: { dataId: DataId; shape: Shape }): ValueId {
    const value = this.#values.get(tensor.dataId);
    if (value === undefined) {
      throw studioError('tensor.shape', {
        op: 'trace',
        expected: 'a tensor made inside the traced function',
        got: 'one from outside',
        at: callSite(new Error().stack),
      });
    }
    return value;
  }

  /** A TF.js tensor handle for a value. */
  info(value: ValueId): TensorInfo {
    const { dtype, shape } = this.#builder.typeOf(value);
    const dataId = {};
    this.#values.set(dataId, value);
    return { dataId, shape: [...shape], dtype: toDtype(dtype) };
  }

  /** Records a node; a shape problem names the op and the line that called it. */
  record<O extends OpName>(op: O, inputs: readonly ValueId[], attributes: NodeOf<O>['attributes']): readonly ValueId[] {
    try {
      return this.#builder.emitAll(op, inputs, attributes);
    } catch (thrown) {
      if (!(thrown instanceof ShapeProblem)) throw thrown;
      throw studioError('tensor.shape', {
        op,
        expected: thrown.expected,
        got: thrown.got,
        at: callSite(new Error().stack),
      });
    }
  }

  override write(values: unknown, shape: number[], dtype: string): DataId {
    const type: TensorType = { dtype: toDtype(dtype), shape };
    const dataId = {};
    this.#values.set(dataId, this.#builder.constant(toConstant(values, dtype), type));
    return dataId;
  }

  override move(): void {
    throw this.#refuse('moving a tensor between backends');
  }
  override readSync(): never {
    throw this.#refuse('dataSync');
  }
  override read(): never {
    throw this.#refuse('data');
  }
  #refuse(op: string): Error {
    this.#violation = studioError('tensor.readWhileTracing', { op, at: callSite(new Error().stack) });
    return this.#violation;
  }

  override numDataIds(): number {
    return 0;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  override disposeData(): boolean {
    return true;
  }
  override incRef(): void {}
  decRef(): void {}
  override refCount(): number {
    return 1;
  }
  override timerAvailable(): boolean {
    return false;
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
}

export const traceBackend = new TraceBackend();
tf.registerBackend(traceBackendName, () => traceBackend, 0);
