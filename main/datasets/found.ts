/** What looking through a source finds, one at a time, in an order that is the same on every computer. */
import type { DecodeRequest, RefusedPicture } from './protocol.ts';
import type { IgnoredFile, QuarantinedPicture } from './schema.ts';

/** What to hand to the decoder, or why there is nothing to hand over. */
export type Loaded = DecodeRequest['source'] | RefusedPicture;

/** A file worth decoding. */
export interface FoundPicture {
  readonly kind: 'picture';
  readonly source: string;
  /** The folder or archive it was found in; absent for what was chosen by itself. */
  readonly container?: string | undefined;
  readonly stamp?: string | undefined;
  /** Its class, where the folder it lies in says one. */
  readonly label?: string | undefined;
  /** Size of what will be read, in bytes. */
  readonly bytes: number;
  /** False when only the contents can tell whether it is a picture at all. */
  readonly certain: boolean;
  load(): Promise<Loaded>;
}

/** An archive that is not opened at all; `reason` completes the sentence “The archive … was refused: …”. */
export interface RefusedArchive {
  readonly kind: 'refusedArchive';
  readonly source: string;
  readonly reason: string;
}

export type Found = FoundPicture | QuarantinedPicture | IgnoredFile | RefusedArchive;
