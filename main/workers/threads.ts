/** The engine process's threads: one device, one for host maths, some for pictures. Started when first needed. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { connect } from '../base/rpc.ts';
import type { Client } from '../base/rpc.ts';
import type { PictureDecoder } from '../datasets/decoder.ts';
import { deviceContract } from '../engine/contract.ts';
import type { Device } from '../engine/contract.ts';
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
const entry = (name: string): Worker => new Worker(new URL(`./${name}.worker.js`, import.meta.url));

/** Pictures each thread has in hand: one being decoded while the next is read. */
const picturesPerThread = 2;

export function createThreads(): Threads {
  const once = <T>(make: () => T): (() => T) => {
    let made: { value: T } | undefined;
    return () => (made ??= { value: make() }).value;
  };
  const device = once(() => connect(deviceContract, threadPort(entry('device'), 'device')).call);
  const maths = once(() => connect(mathsContract, threadPort(entry('maths'), 'host maths')).call);
  const count = Math.max(1, Math.min(4, availableParallelism()));
  const pool = Array.from({ length: count }, () =>
    once(() => connect(picturesContract, threadPort(entry('pictures'), 'picture')).call),
  );
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
