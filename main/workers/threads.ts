/** The engine process's threads: one device, one for host maths, some for pictures. Started when first needed. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { connect } from '../base/rpc.ts';
import type { Client, Contract } from '../base/rpc.ts';
import type { PictureDecoder } from '../datasets/decoder.ts';
import { newSetUpState } from '../datasets/sharp.ts';
import { deviceContract } from '../engine/contract.ts';
import type { Device } from '../engine/contract.ts';
import type { DeviceInfo } from '../engine/schema.ts';
import { mathsContract } from './maths.contract.ts';
import { picturesContract } from './pictures.contract.ts';
import { threadPort } from './ports.ts';

export type Maths = Client<typeof mathsContract>;
export type Pictures = Client<typeof picturesContract>;

export interface Threads {
  readonly device: Device;
  readonly maths: Maths;
  /** A picture thread, in turn. */
  readonly pictures: () => Pictures;
  readonly decoder: PictureDecoder;
}

/** Files are compiled one to one, so a thread's entry lies beside this file with the same ending. */
const entry = (name: string, workerData?: object): Worker =>
  new Worker(new URL(`./${name}.worker.js`, import.meta.url), { workerData });

/** Pictures each thread has in hand: one being decoded while the next is read. */
const picturesPerThread = 2;

export function createThreads(deviceInfo: DeviceInfo): Threads {
  /** A client of a thread that is started when first needed, and again after it has died. */
  const thread = <C extends Contract>(contract: C, file: string, name: string, data?: object): (() => Client<C>) => {
    let client: Client<C> | undefined;
    return () => {
      if (client) return client;
      const port = threadPort(entry(file, data), name);
      port.onClose(() => (client = undefined));
      return (client = connect(contract, port).call);
    };
  };
  const device = thread(deviceContract, 'device', 'device', deviceInfo);
  const maths = thread(mathsContract, 'maths', 'host maths');
  const count = Math.max(1, Math.min(4, availableParallelism()));
  const sharpSetUp = newSetUpState();
  const pool = Array.from({ length: count }, () => thread(picturesContract, 'pictures', 'picture', { sharpSetUp }));
  let turn = 0;
  const pictures = () => pool[turn++ % count]!();
  return {
    get device() {
      return device();
    },
    get maths() {
      return maths();
    },
    pictures,
    decoder: {
      concurrency: count * picturesPerThread,
      decode: (request, options) => pictures().decode(request, options),
    },
  };
}
