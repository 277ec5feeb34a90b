import type { Answer } from './network.ts';
import type { VirtualProcess } from './virtual-process.ts';
import type { World } from './world.ts';

type Piece = { readonly done: false; readonly value: Uint8Array } | { readonly done: true; readonly value: undefined };

/** The members of a Fetch Response that the product uses. Its body arrives on the virtual clock. */
export class RemoteAnswer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  readonly body: RemoteBody;

  constructor(world: World, process: VirtualProcess, answer: Exclude<Answer, string>, signal: AbortSignal | undefined) {
    this.status = answer.status;
    this.ok = answer.status >= 200 && answer.status < 300;
    this.headers = new Headers(answer.headers);
    const pieces = typeof answer.body === 'string' ? [{ afterMs: 0, text: answer.body }] : answer.body;
    this.body = new RemoteBody(world, process, pieces, signal);
  }

  async text(): Promise<string> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of this.body) text += decoder.decode(bytes, { stream: true });
    return text + decoder.decode();
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}

class RemoteBody implements AsyncIterable<Uint8Array> {
  readonly #world: World;
  readonly #process: VirtualProcess;
  readonly #pieces: Iterator<{ readonly afterMs: number; readonly text: string }>;
  readonly #signal: AbortSignal | undefined;
  #isCanceled = false;
  #endRead: () => void = () => {};

  constructor(
    world: World,
    process: VirtualProcess,
    pieces: Iterable<{ readonly afterMs: number; readonly text: string }>,
    signal: AbortSignal | undefined,
  ) {
    this.#world = world;
    this.#process = process;
    this.#pieces = pieces[Symbol.iterator]();
    this.#signal = signal;
  }

  getReader(): { read(): Promise<Piece>; cancel(): Promise<void> } {
    return { read: () => this.#read(), cancel: () => this.cancel() };
  }

  /** As a stream of the platform: a read that waits ends, and so does each later one. */
  async cancel(): Promise<void> {
    this.#isCanceled = true;
    this.#endRead();
    this.#pieces.return?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const { done, value } = await this.#read();
      if (done) return;
      yield value;
    }
  }

  #read(): Promise<Piece> {
    return new Promise((resolve, reject) => {
      this.#endRead = () => resolve({ done: true, value: undefined });
      if (this.#isCanceled) return this.#endRead();
      const signal = this.#signal;
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      const next = this.#pieces.next();
      const piece: Piece = next.done
        ? { done: true, value: undefined }
        : { done: false, value: new TextEncoder().encode(next.value.text) };
      const finish = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve(piece);
      };
      const afterMs = next.done ? 0 : next.value.afterMs;
      if (afterMs === 0) finish();
      else this.#world.schedule.after(afterMs, () => this.#process.deliver(finish));
    });
  }
}
