import type { Answer, AnswerHeaders, BodyPiece } from './network.ts';
import type { VirtualProcess } from './virtual-process.ts';
import type { World } from './world.ts';

type Piece = { readonly done: false; readonly value: Uint8Array } | { readonly done: true; readonly value: undefined };

/** The members of a Fetch Response that the product uses. Its body arrives on the virtual clock. */
export class RemoteAnswer {
  readonly status: number;
  readonly ok: boolean;
  readonly body: RemoteBody;
  readonly #headers: AnswerHeaders;
  #parsed: Headers | undefined;

  constructor(
    world: World,
    process: VirtualProcess,
    answer: Extract<Answer, { body: unknown }>,
    signal: AbortSignal | undefined,
  ) {
    this.status = answer.status;
    this.ok = answer.status >= 200 && answer.status < 300;
    this.#headers = answer.headers ?? {};
    const pieces = typeof answer.body === 'string' ? [{ afterMs: 0, text: answer.body }] : answer.body;
    this.body = new RemoteBody(world, process, pieces, signal);
  }

  get headers(): Headers {
    this.#parsed ??= new Headers(this.#headers as ConstructorParameters<typeof Headers>[0]);
    return this.#parsed;
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

/** After this many pieces without a wait, each piece is an action of the schedule, so that endless bodies are noticed. */
const maxPiecesAtOnce = 100;
const encoder = new TextEncoder();

class RemoteBody implements AsyncIterable<Uint8Array> {
  readonly #world: World;
  readonly #process: VirtualProcess;
  readonly #pieces: Iterator<BodyPiece>;
  readonly #signal: AbortSignal | undefined;
  #isCanceled = false;
  #read = 0;
  #endRead: () => void = () => {};

  constructor(world: World, process: VirtualProcess, pieces: Iterable<BodyPiece>, signal: AbortSignal | undefined) {
    this.#world = world;
    this.#process = process;
    this.#pieces = pieces[Symbol.iterator]();
    this.#signal = signal;
  }

  getReader(): { read(): Promise<Piece>; cancel(): Promise<void> } {
    return { read: () => this.#readPiece(), cancel: () => this.cancel() };
  }

  pipeThrough<T>(through: ReadableWritablePair<T, Uint8Array>): ReadableStream<T> {
    const stream = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const { done, value } = await this.#readPiece();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => this.cancel(),
    });
    return stream.pipeThrough(through);
  }

  /** As with a real stream, ends the read that waits and all later reads. */
  async cancel(): Promise<void> {
    this.#isCanceled = true;
    // An abort has ended the read with an error already.
    if (!this.#signal?.aborted) this.#endRead();
    this.#pieces.return?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const { done, value } = await this.#readPiece();
      if (done) return;
      yield value;
    }
  }

  #readPiece(): Promise<Piece> {
    return new Promise((resolve, reject) => {
      this.#endRead = () => resolve({ done: true, value: undefined });
      const signal = this.#signal;
      if (signal?.aborted) return reject(signal.reason);
      if (this.#isCanceled) return this.#endRead();
      const onAbort = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      const next = this.#pieces.next();
      const finish = (): void => {
        signal?.removeEventListener('abort', onAbort);
        if (next.done) resolve({ done: true, value: undefined });
        else if (next.value.text === null) reject(cutError());
        else resolve({ done: false, value: encoder.encode(next.value.text) });
      };
      const afterMs = next.done ? 0 : next.value.afterMs;
      this.#read += 1;
      // A body that never ends must not keep the clock from moving.
      if (afterMs === 0 && this.#read < maxPiecesAtOnce) finish();
      else this.#world.schedule.after(afterMs, () => this.#process.deliver(finish));
    });
  }
}

function cutError(): Error {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  return new TypeError('terminated', { cause });
}
