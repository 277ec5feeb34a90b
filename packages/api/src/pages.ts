import { ToriiApiError } from '@torii/core';
import type { ApiResponse, Call, Operation, RequestOptions, Send } from './operation.ts';

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** What to give as `cursor` for the next page, or null on the last one. */
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

/**
 * A list. `await` gives one page; `for await` gives every item, and fetches further pages as they are needed. Nothing is
 * sent before that.
 *
 * Awaiting it again gives the same page. Each loop begins anew, with requests of its own.
 */
export interface PagePromise<T> extends Call<Page<T>>, AsyncIterable<T> {
  /** Every page, beginning with the one that `await` gives. To resume later, keep `nextCursor` and give it as `cursor`. */
  pages(): AsyncIterable<Page<T>>;
}

/** What `await` and `for await` give for an operation that takes a `cursor` and answers a page. */
export function listPages<T>(send: Send, operation: Operation, options?: RequestOptions): PagePromise<T> {
  const { input } = operation;
  // A copy: the caller may change the object before a later page is fetched. What is no object is refused when it is sent.
  const given: { readonly cursor?: string | null } | undefined =
    input && typeof input === 'object' ? { ...input } : undefined;
  return new LazyPagePromise<T>(
    (cursor) => send({ ...operation, input: given ? { ...given, cursor } : input }, options),
    given?.cursor ?? null,
    options?.signal,
  );
}

type FetchPage<T> = (cursor: string | null) => Call<Page<T>>;

/** A promise, also to `instanceof`, whose request is sent by the first `then`; `catch`, `finally` and `await` call it. */
class LazyPagePromise<T> extends Promise<Page<T>> implements PagePromise<T> {
  readonly #fetchPage: FetchPage<T>;
  readonly #start: string | null;
  readonly #signal: AbortSignal | undefined;
  #call: Call<Page<T>> | undefined;

  // Promise.prototype.finally makes promises of this class, with an executor that this constructor does not take.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  constructor(fetchPage: FetchPage<T>, start: string | null, signal: AbortSignal | undefined) {
    super(() => {});
    this.#fetchPage = fetchPage;
    this.#start = start;
    this.#signal = signal;
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise whose request is sent late.
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
    // About a hundred bytes per page. A server that repeats a cursor would otherwise never let the loop end.
    const seen = new Set([this.#start]);
    for (let cursor = this.#start; ; seen.add(cursor)) {
      const { data: page, status, method, path, attempts } = await this.#fetchPage(cursor).withResponse();
      cursor = page.nextCursor;
      if (cursor !== null && seen.has(cursor)) {
        const call = { status, method, path, attempts };
        throw new ToriiApiError(`${method} ${path} gave a cursor twice.`, {
          ...call,
          code: 'cursor_repeated',
          body: page,
        });
      }
      yield page;
      if (cursor === null) return;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for await (const page of this.pages()) {
      for (const item of page.items) {
        // A call that is stopped before it begins sends nothing, and has the right error.
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
