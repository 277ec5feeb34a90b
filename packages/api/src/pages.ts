import { ToriiApiError } from '@torii/core';
import type { Call } from './call.ts';
import type { RequestOptions } from './operation.ts';

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** What to give as `cursor` for the next page, or null on the last one. */
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

/** A list of any length. Pages are fetched as they are needed, and none after the loop was left. */
export interface Pages<T> extends AsyncIterable<T> {
  /** The same, a page at a time: for work that can be taken up again where a page began. */
  pages(): AsyncIterable<Page<T>>;
}

/** Walks through a list from a cursor on, or from its beginning; anew in each loop. */
export function walkPages<T>(
  fetchPage: (cursor: string | null) => Call<Page<T>>,
  start: string | null = null,
  signal?: RequestOptions['signal'],
): Pages<T> {
  async function* pages(): AsyncGenerator<Page<T>, void> {
    // About a hundred bytes for a page of a list that has no end by itself.
    const seen = new Set([start]);
    for (let cursor = start; ; seen.add(cursor)) {
      const { data: page, status, method, path, attempts } = await fetchPage(cursor).withResponse();
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

  async function* items(): AsyncGenerator<T, void> {
    for await (const page of pages()) {
      for (const item of page.items) {
        // A call that is stopped before it begins sends nothing, and has the right error.
        if (signal?.aborted) await fetchPage(page.nextCursor);
        yield item;
      }
    }
  }

  return { pages, [Symbol.asyncIterator]: items };
}
