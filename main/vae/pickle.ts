/**
 * Pickles: Python's object format, which older weights are kept in (.pth, .pt, .ckpt, .bin). Reading one can run any program, so
 * they are never opened. They are known by their first bytes: the pickle protocol (0x80, then its version), or PyTorch's ZIP,
 * whose first entry is `…/data.pkl`.
 *
 * Source  Python, pickletools (opcode PROTO); PyTorch, torch/serialization.py (_open_zipfile_writer)
 */
import { open, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { studioError } from '../base/errors.ts';
import { withFileErrors } from '../storage/files.ts';

const endings = ['.pth', '.pt', '.ckpt', '.bin', '.pkl', '.pickle'];

/**
 * Throws `vae.pickle` for a pickle, or for a folder (or its `vae`) that holds one and no safetensors file, and `vae.badFile` for
 * another ZIP. A file whose name says pickle counts as one unless it begins like a safetensors file.
 */
export async function refusePickles(path: string): Promise<void> {
  if (!(await withFileErrors(path, () => stat(path))).isDirectory()) return refusePickle(path, false);
  const entries = await withFileErrors(path, () => readdir(path, { withFileTypes: true }));
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  if (files.some((name) => name.endsWith('.safetensors'))) return;
  const pickle = files.find((name) => endings.includes(extname(name).toLowerCase()));
  if (pickle !== undefined) return refusePickle(join(path, pickle), true);
  if (entries.some((entry) => entry.isDirectory() && entry.name === 'vae')) await refusePickles(join(path, 'vae'));
}

/** `isPart`: it belongs to a folder of diffusers, which is converted as a whole. */
async function refusePickle(path: string, isPart: boolean): Promise<void> {
  const head = await withFileErrors(path, () => firstBytes(path));
  const isSafetensors = head[8] === 0x7b;
  if (isSafetensors) return;
  const isZip = head.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'));
  const nameBytes = isZip && head.length >= 30 ? head.readUInt16LE(26) : 0;
  const firstEntry = head.subarray(30, 30 + nameBytes).toString('latin1');
  const hasProtocol = head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5;
  if (hasProtocol || endings.includes(extname(path).toLowerCase()) || /(^|\/)data\.pkl$/.test(firstEntry))
    throw studioError('vae.pickle', { path, isPart });
  if (isZip) throw studioError('vae.badFile', { path, reason: 'it is a ZIP archive; unpack it first' });
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(512);
    return head.subarray(0, (await file.read(head, 0, head.length, 0)).bytesRead);
  } finally {
    await file.close();
  }
}
