/**
 * What still has to go to one window. A window that reads slowly gets fewer progress messages, never fewer of the
 * others; one that does not read at all is given up, so that training never waits for it and memory stays bounded.
 */

/** What this file needs of a WebSocket. */
export interface Channel {
  /** Bytes handed over that have not left yet. */
  readonly bufferedAmount: number;
  send(text: string, sent: () => void): void;
  /** Ends the connection at once. */
  terminate(): void;
}

/** Below this much, messages go straight to the socket. */
const enoughBytes = 1 << 20;
/** With more than this waiting, the window is given up: it fetches everything anew when it comes back. */
export const mostWaitingBytes = 64 << 20;

interface Waiting {
  readonly text: string;
  readonly supersedes: string | undefined;
}

export class Outbox {
  readonly #channel: Channel;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #closed = false;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Sends, or keeps for later. A waiting message with the same key is replaced: it told an older state of the same. */
  push(text: string, supersedes?: string): void {
    if (this.#closed) return;
    if (supersedes !== undefined) this.#drop(supersedes);
    this.#waiting.push({ text, supersedes });
    this.#waitingBytes += text.length;
    this.#flush();
    if (this.#waitingBytes > mostWaitingBytes) {
      this.close();
      this.#channel.terminate();
    }
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #drop(key: string): void {
    const at = this.#waiting.findIndex(({ supersedes }) => supersedes === key);
    if (at >= 0) this.#waitingBytes -= this.#waiting.splice(at, 1)[0]!.text.length;
  }

  readonly #flush = (): void => {
    while (!this.#closed && this.#channel.bufferedAmount < enoughBytes) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#waitingBytes -= next.text.length;
      this.#channel.send(next.text, this.#flush);
    }
  };
}

/**
 * The key under which a message replaces an older one that still waits: progress of one call, or a running job's
 * state. Everything else has none.
 */
export function supersedesOf(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  if (message.type === 'progress' && 'id' in message) return `progress:${String(message.id)}`;
  if (message.type !== 'event' || !('event' in message) || message.event !== 'job' || !('payload' in message)) {
    return undefined;
  }
  const job = message.payload as { readonly id?: unknown; readonly status?: unknown } | null;
  return job?.status === 'running' ? `job:${String(job.id)}` : undefined;
}
