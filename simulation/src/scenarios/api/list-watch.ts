import type { StartedFetch } from '../../world/network.ts';
import type { CallWatch } from './call-watch.ts';
import { checkFailure } from './settled.ts';

interface PageData {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

/** Watches a loop over a list: one {@link CallWatch} for each of its pages. */
export class ListWatch {
  readonly pages: CallWatch[] = [];
  /** The number of items or pages that the loop has returned so far. */
  given = 0;
  isOver = false;
  abortedAtMs: number | undefined;
  #readPages = 0;
  readonly #expected: unknown[] = [];
  #askedAtMs: number | undefined;
  readonly #cursors: (string | null)[] = [];
  readonly #unit: 'items' | 'pages';
  readonly #startPage: () => CallWatch;

  readonly #firstCursor: string | null;

  constructor(unit: 'items' | 'pages', firstCursor: string | null, startPage: () => CallWatch) {
    this.#firstCursor = firstCursor;
    this.#unit = unit;
    this.#startPage = startPage;
  }

  get current(): CallWatch | undefined {
    return this.pages.at(-1);
  }

  asks(nowMs: number): void {
    this.#askedAtMs = nowMs;
  }

  sends(fetched: StartedFetch): void {
    const cursor = new URL(fetched.url).searchParams.get('cursor');
    const { current } = this;
    if (current === undefined || isPageOver(current)) this.#startsPage(cursor);
    else if (cursor !== this.#cursors.at(-1)) current.violate(31, 'It asks for the next page before it has this one.');
    this.current?.sends(fetched);
  }

  /** The loop has given a value. */
  gives(value: unknown): void {
    const { current } = this;
    if (current === undefined) return;
    this.#checkTime(current);
    if (this.abortedAtMs !== undefined && this.abortedAtMs < current.world.nowMs)
      current.violate(31, 'The loop goes on after the abort.');
    const expected = this.#values()[this.given];
    if (JSON.stringify(expected) !== JSON.stringify(value))
      current.violate(31, 'The loop gives another value than the API.');
    this.given += 1;
  }

  /** The loop has ended without an error. */
  ends(): void {
    this.isOver = true;
    const { current } = this;
    if (current === undefined) return;
    this.#checkTime(current);
    const { nextCursor } = pageOf(current);
    if (nextCursor !== null) current.violate(31, 'The loop ends before the last page.');
    if (this.given < this.#values().length) current.violate(31, 'The loop ends, but has not given all items.');
  }

  fails(error: unknown, watch: CallWatch, signal: AbortSignal | undefined): void {
    this.isOver = true;
    const { code, reason, status } = Object(error) as { code?: string; reason?: string; status?: number };
    const { current } = this;
    if (code === 'cursor_repeated') {
      if (current === undefined || !this.#isRepeated(current)) watch.violate(31, 'It says that a cursor was repeated.');
      else if (status !== 502) watch.violate(37, 'A repeated cursor has not the status 502.');
      else this.#checkTime(current);
      return;
    }
    const isBetweenPages = current === undefined || isPageOver(current);
    if (!isBetweenPages) {
      checkFailure(current, error, signal);
      return;
    }
    if (reason !== 'aborted' || !signal?.aborted)
      watch.violate(31, `The loop fails with ${code}, but no request has failed.`);
    if (Object(error).cause !== signal?.reason)
      watch.violate(31, 'The error of the loop has not the reason of the signal.');
  }

  #startsPage(cursor: string | null): void {
    const previous = this.current;
    const page = this.#startPage();
    if (previous !== undefined) previous.isOver = true;
    this.pages.push(page);
    if (this.#askedAtMs === undefined || this.isOver)
      page.violate(36, 'A page is fetched, although nothing asks for it.');
    const expected = previous === undefined ? this.#firstCursor : pageOf(previous).nextCursor;
    if (cursor !== expected) page.violate(31, 'It asks for another page.');
    if (previous !== undefined && this.given < this.#values().length)
      page.violate(36, 'A page is fetched before the items of the last one were needed.');
    if (this.#cursors.includes(cursor)) page.violate(31, 'It asks for a page again: the loop may never end.');
    this.#cursors.push(cursor);
  }

  /** Whether the next cursor of a page is its own, or that of a page before it. */
  #isRepeated(page: CallWatch): boolean {
    if (page.verdict?.kind !== 'done') return false;
    const { nextCursor } = pageOf(page);
    const cursors = this.#cursors.slice(0, this.pages.indexOf(page) + 1);
    return nextCursor !== null && cursors.includes(nextCursor);
  }

  /** The loop must return a value, or end, without delay: when the page arrives, or when the consumer asks. */
  #checkTime(current: CallWatch): void {
    const { nowMs } = current.world;
    const dueMs = Math.max(this.#askedAtMs ?? 0, current.last?.endedAtMs ?? 0);
    if (!isPageOver(current)) current.violate(31, 'The loop goes on before its page has arrived.');
    else if (nowMs !== dueMs) current.violate(31, 'The loop goes on later than its page.');
    this.#askedAtMs = undefined;
  }

  /** What the loop gives if its consumer takes everything that has arrived. */
  #values(): readonly unknown[] {
    for (const page of this.pages.slice(this.#readPages)) {
      if (!isPageOver(page)) break;
      this.#readPages += 1;
      if (this.#isRepeated(page)) continue;
      const data = pageOf(page);
      this.#expected.push(...(this.#unit === 'pages' ? [data] : data.items));
    }
    return this.#expected;
  }
}

function isPageOver({ verdict }: CallWatch): boolean {
  return verdict?.kind === 'done';
}

function pageOf(page: CallWatch): PageData {
  return page.data as PageData;
}
