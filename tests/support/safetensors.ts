/** safetensors files made by hand, byte by byte, also such as no writer would make. */
import { openTensors } from '../../main/storage/safetensors.ts';
import type { OpenTensors } from '../../main/storage/safetensors.ts';

/** Header length, header, data. `length` may lie. */
export function safetensorsBytes(
  header: string | Uint8Array,
  data: number | Uint8Array,
  length: bigint | number = Buffer.from(header).length,
): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([size, Buffer.from(header), typeof data === 'number' ? Buffer.alloc(data) : data]);
}

/** Opens bytes in memory. A read gives at most `atOnce` bytes, and none beyond `available`: a file that became shorter. */
export function openBytes(
  bytes: Uint8Array,
  { atOnce = Infinity, available = bytes.length } = {},
): Promise<OpenTensors> {
  return openTensors({
    path: '/in/memory.safetensors',
    size: bytes.length,
    read: (into, position) => {
      const piece = bytes.subarray(position, Math.min(position + Math.min(into.length, atOnce), available));
      into.set(piece);
      return Promise.resolve(piece.length);
    },
    close: () => Promise.resolve(),
  });
}
