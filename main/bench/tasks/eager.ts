/** Training steps by TF.js itself, op by op on its wasm backend: what compiling is held against. */
import { studioError } from '../../base/errors.ts';
import { layoutOf } from '../../optim/layout.ts';
import { tf } from '../../tensor/tf.ts';
import type { Tensor } from '../../tensor/tf.ts';
import { networks } from '../networks.ts';
import { batchValues, rateValues, stateValues, stepFunction } from '../step-graph.ts';
import { stepSpecSchema } from './step.ts';
import { timed } from './task.ts';
import type { Prepare } from './task.ts';

/** The backend is no part of the studio: it is there only where the source code's packages are. */
async function useWasm(): Promise<void> {
  await import('@tensorflow/tfjs-backend-wasm').catch((problem: unknown) => {
    throw studioError('bench.noWasm', {}, problem);
  });
  await tf.setBackend('wasm');
  await tf.ready();
}

export const prepareEager: Prepare = async (given) => {
  const { network: name, batch } = stepSpecSchema.parse(given);
  await useWasm();
  const network = networks[name]();
  const layout = layoutOf('separate', network.specs);
  const step = stepFunction(network, layout);
  const toTensor = ({ shape, data }: { shape: readonly number[]; data: ArrayLike<number> }): Tensor =>
    tf.tensor(Float32Array.from(data), [...shape], 'float32');
  const toTensors = (values: ReturnType<typeof rateValues>) =>
    Object.fromEntries(Object.entries(values).map(([input, value]) => [input, toTensor(value)]));
  const inputs = toTensors(batchValues(network, batch));
  let state = Object.fromEntries(stateValues(network, layout, 'full').map((value) => [value.name, toTensor(value)]));
  let update = 0;
  return {
    facts: { backend: tf.getBackend() },
    round: () =>
      timed(() => {
        const outputs = tf.tidy(() => step({ ...inputs, ...toTensors(rateValues(++update)), ...state }));
        const { loss, ...rest } = outputs;
        const [value] = loss!.dataSync();
        tf.dispose([loss!, ...Object.values(state)]);
        for (const [output, tensor] of Object.entries(rest)) if (!(output in state)) tensor.dispose();
        state = Object.fromEntries(Object.entries(rest).filter(([output]) => output in state));
        return [value!];
      }),
  };
};
