/** Who decodes: a pool of threads in the studio, or this very process. */
import { decodePicture } from './decode.ts';
import type { DecodeOutcome, DecodeRequest } from './protocol.ts';

/** Decodes pictures side by side. Its requests and outcomes are plain data, so that it may live in other threads. */
export interface PictureDecoder {
  /** How many pictures it works on at once. */
  readonly concurrency: number;
  /** Rejects only when the decoder itself fails or `signal` aborts; a bad file is an outcome. */
  decode(request: DecodeRequest, options?: { readonly signal?: AbortSignal | undefined }): Promise<DecodeOutcome>;
}

/** A decoder in this process. sharp works in threads of its own, so several pictures do go on at once. */
export const localDecoder = (concurrency = 2): PictureDecoder => ({ concurrency, decode: decodePicture });
