import { elapsedMs, instantNow, raceDeadline } from '@torii/core/internal';

/** A request that waits asks the store again after so long, once: the question may have ended with its request (edge runtimes). */
const sliceMs = 600;

export interface Question {
  /** How long the request still waits for an answer. */
  leftMs(): number;
  /** Ends with the answer to the last question. `undefined` if the feed does not tell: it then wakes the requests. */
  asked(): Promise<unknown> | undefined;
  /** Returns `false` if the store was asked again already. */
  askAgain(): boolean;
}

/** Requests that wait for an answer of the feed. */
export class Answers {
  readonly #waking: Set<() => void> = new Set();
  #waiting = 0;

  /** How many requests wait. */
  get size(): number {
    return this.#waiting;
  }

  /** Ends when no time is left, because the feed has answered or the patience is over. */
  async wait(question: Question): Promise<void> {
    this.#waiting += 1;
    for (;;) {
      const leftMs = question.leftMs();
      if (leftMs <= 0) break;
      const asked = question.asked();
      if (asked === undefined) await this.#woken(leftMs);
      else await waitInParts(asked, question);
    }
    this.#waiting -= 1;
  }

  /** For feeds whose `ask` returns no promise. */
  wake(): void {
    const waking = [...this.#waking];
    this.#waking.clear();
    for (const wake of waking) wake();
  }

  async #woken(withinMs: number): Promise<void> {
    let wake = (): void => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.#waking.add(wake);
    // One timer per request: edge runtimes cancel the timers of a request when it ends.
    await raceDeadline(woken, withinMs, () => {});
    this.#waking.delete(wake);
  }
}

async function waitInParts(asked: Promise<unknown>, { leftMs, asked: last, askAgain }: Question): Promise<void> {
  const isOver = await hasEnded(asked, Math.min(leftMs(), sliceMs));
  if (leftMs() <= 0 || last() !== asked || askAgain()) return;
  if (isOver) await rest(Math.min(leftMs(), sliceMs));
}

// On Cloudflare Workers, a promise of a request that has ended stays pending, or rejects.
async function hasEnded(asked: Promise<unknown>, withinMs: number): Promise<boolean> {
  const begunAt = instantNow();
  const over = asked.then(() => true);
  const end = await raceDeadline(over, withinMs, () => false).catch(() => 'dead');
  if (typeof end === 'boolean') return end;
  await rest(withinMs - elapsedMs(begunAt));
  return false;
}

async function rest(ms: number): Promise<void> {
  await raceDeadline(new Promise(() => {}), Math.max(0, ms), () => {});
}
