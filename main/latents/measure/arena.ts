/** Memory that threads and WebAssembly share, cut into arrays one after another. */
import { assertThat } from '../../base/errors.ts';
import { mostPages, pageBytes } from './assembler.ts';
import { sharedMemory } from './webassembly.ts';
import type { SharedMemory } from './webassembly.ts';

/** So that vectors lie in one line of the cache. */
const alignment = 64;

export class Arena {
  readonly memory: SharedMemory;
  #next = 0;

  /** @param arrays for so many arrays @param bytes of so many bytes together */
  constructor(arrays: number, bytes: number) {
    const pages = Math.ceil((bytes + arrays * alignment) / pageBytes);
    assertThat(pages <= mostPages, 'at most 4 GiB', bytes);
    this.memory = sharedMemory(pages);
  }

  float32(length: number): Float32Array {
    return new Float32Array(this.memory.buffer, this.#take(4 * length), length);
  }
  float64(length: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.#take(8 * length), length);
  }
  uint8(length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, this.#take(length), length);
  }
  uint32(length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, this.#take(4 * length), length);
  }

  #take(bytes: number): number {
    const at = this.#next;
    this.#next += alignment * Math.ceil(bytes / alignment);
    return at;
  }
}
