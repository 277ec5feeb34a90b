import type { Answer, BodyPiece } from './network.ts';
import type { VirtualProcess } from './virtual-process.ts';
import type { World } from './world.ts';

type Piece = { readonly done: false; readonly value: Uint8Array } | { readonly done: true; readonly value: undefined };

/** The members of a Fetch Response that the product uses. Its body arrives on the virtual clock. */
export class RemoteAnswer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  readonly body: RemoteBody;

  constructor(
    world: World,
    process: VirtualProcess,
    answer: Extract<Answer, { body: unknown }>,
    signal: AbortSignal | undefined,
  ) {
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
  readonly #pieces: Iterator<BodyPiece>;
  readonly #signal: AbortSignal | undefined;

  constructor(world: World, process: VirtualProcess, pieces: Iterable<BodyPiece>, signal: AbortSignal | undefined) {
    this.#world = world;
    this.#process = process;
    this.#pieces = pieces[Symbol.iterator]();
    this.#signal = signal;
  }

  getReader(): { read(): Promise<Piece>; cancel(): Promise<void> } {
    return { read: () => this.#read(), cancel: () => this.cancel() };
  }

  async cancel(): Promise<void> {
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
      const signal = this.#signal;
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      const next = this.#pieces.next();
      const finish = (): void => {
        signal?.removeEventListener('abort', onAbort);
        if (next.done) resolve({ done: true, value: undefined });
        else if (next.value.text === null) reject(cutError());
        else resolve({ done: false, value: new TextEncoder().encode(next.value.text) });
      };
      const afterMs = next.done ? 0 : next.value.afterMs;
      if (afterMs === 0) finish();
      else this.#world.schedule.after(afterMs, () => this.#process.deliver(finish));
    });
  }
}

function cutError(): Error {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  return new TypeError('terminated', { cause });
}
