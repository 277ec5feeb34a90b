import { guardFields } from '@torii/core/internal';
import { unusable } from './answer.ts';
import { isPlainObject } from './json.ts';
import type { ApiResponse, Call, Operation, RequestOptions, Send } from './operation.ts';

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** The `cursor` of the next page, or `null` on the last page. */
  readonly nextCursor: string | null;
  /** Whether there is another page. */
  readonly hasMore: boolean;
}

/**
 * A list. `await` fetches one page. `for await` iterates over the items of all pages, from `cursor` if one is given,
 * and fetches a page only when the loop reaches it. No request is sent before the list is awaited or iterated.
 *
 * Awaiting one list several times sends one request. Each `for await` loop starts over and sends its own requests.
 *
 * A loop throws a `ToriiApiError` with code `cursor_repeated` if the server returns the same cursor twice, because it
 * would never end.
 * @example
 * const page = await client.users.list({ limit: 50 });
 * for await (const user of client.users.list()) console.log(user.id);
 */
export interface PagePromise<T> extends Call<Page<T>>, AsyncIterable<T> {
  /** Iterates over pages instead of items. To continue at the next page later, pass `nextCursor` as `cursor`. */
  pages(): AsyncIterable<Page<T>>;
}

export function listPages<T>(send: Send, operation: Operation, options?: RequestOptions): PagePromise<T> {
  const { input } = operation;
  const given: { readonly cursor?: string | null } | undefined = isPlainObject(input) ? { ...input } : undefined;
  return new LazyPagePromise<T>(
    (cursor) => send({ ...operation, input: given ? { ...given, cursor } : input }, options),
    given?.cursor ?? null,
    options?.signal,
  );
}

type FetchPage<T> = (cursor: string | null) => Call<Page<T>>;

const pageFields = { items: true, nextCursor: true, hasMore: true } satisfies Record<keyof Page<unknown>, true>;

// The class of the promises of async functions. `Promise` may be another one, such as Bluebird's, which cannot be extended.
const NativePromise: PromiseConstructor = Object.getPrototypeOf((async () => {})()).constructor;

class LazyPagePromise<T> extends NativePromise<Page<T>> implements PagePromise<T> {
  readonly #fetchPage: FetchPage<T>;
  readonly #start: string | null;
  readonly #signal: AbortSignal | undefined;
  #call: Call<Page<T>> | undefined;

  static {
    guardFields(LazyPagePromise.prototype, pageFields);
  }

  // Makes `finally` create a plain promise: this class's constructor has other parameters than that of Promise.
  static override get [Symbol.species](): PromiseConstructor {
    return NativePromise;
  }

  constructor(fetchPage: FetchPage<T>, start: string | null, signal: AbortSignal | undefined) {
    super(() => {});
    this.#fetchPage = fetchPage;
    this.#start = start;
    this.#signal = signal;
  }

  // biome-ignore lint/suspicious/noThenProperty: this class is a promise; `then` sends its request.
  override then<A = Page<T>, B = never>(
    onFulfilled?: ((page: Page<T>) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#firstPage().then(onFulfilled, onRejected);
  }

  withResponse(): Promise<ApiResponse<Page<T>>> {
    return this.#firstPage().withResponse();
  }

  async *pages(): AsyncGenerator<Page<T>, void> {
    const seen = new Set([this.#start]);
    for (let cursor = this.#start; ; seen.add(cursor)) {
      const { data: page, status, method, path, attempts } = await this.#fetchPage(cursor).withResponse();
      cursor = page.nextCursor;
      if (cursor !== null && seen.has(cursor)) {
        throw unusable('cursor_repeated', { status, body: page }, { method, path, attempts });
      }
      yield page;
      if (cursor === null) return;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for await (const page of this.pages()) {
      for (const item of page.items) {
        // After an abort, end the loop with the error of an aborted call: with an aborted signal, `#fetchPage` always
        // rejects.
        if (this.#signal?.aborted) await this.#fetchPage(page.nextCursor);
        yield item;
      }
    }
  }

  #firstPage(): Call<Page<T>> {
    this.#call ??= this.#fetchPage(this.#start);
    return this.#call;
  }
}
