import type { CallWatch } from './call-watch.ts';
import type { Announced } from './feed.ts';
import { parsed } from './outcomes.ts';
import { earlyMs, latestMs } from './waiting.ts';

/** packages/api/README.md, "Revoking tokens": the first announcement takes at most 5 seconds. */
const firstLimitMs = 5_000;
/** An announcer has its own limit, a minute at most. One without a limit is given up a little later. */
const lastLimitMs = 65_000;

/** Statement 44: what a call announces, and when. */
export class AnnouncementWatch {
  readonly #watch: CallWatch;
  first: Announced | undefined;
  last: Announced | undefined;
  /** Whether the call has failed with an error that announces again. */
  hasError = false;

  constructor(watch: CallWatch) {
    this.#watch = watch;
  }

  announces(announced: Announced): void {
    const watch = this.#watch;
    const { nowMs } = watch.world;
    if (watch.attempts.length === 0) {
      if (watch.rules.announces !== 'before and after') watch.violate(44, 'It is announced before its request.');
      if (watch.abortedAtMs !== undefined) watch.violate(44, 'It is announced, although it was aborted before.');
      if (this.first !== undefined) watch.violate(44, 'It is announced twice before its request.');
      if (nowMs !== watch.startedAtMs) watch.violate(44, 'Its first announcement is late.');
      if (announced.at !== undefined) watch.violate(44, `It is announced at ${announced.at}, before its answer.`);
      this.first = announced;
      return;
    }
    if (watch.verdict?.kind !== 'done') {
      watch.violate(44, 'It is announced, although the API has not carried it out.');
      return;
    }
    if (this.last === undefined && nowMs !== watch.last?.endedAtMs)
      watch.violate(44, 'It is announced later than its answer.');
    if (this.last !== undefined && !this.hasError) watch.violate(44, 'It is announced twice after its answer.');
    const moment = momentOf(watch);
    if (announced.at !== moment) watch.violate(44, `It is announced at ${announced.at} instead of ${moment}.`);
    this.last = announced;
  }

  /** The first request is sent as soon as it is announced, or has been tried for long enough. */
  checkFirstRequest(): void {
    const watch = this.#watch;
    const { nowMs } = watch.world;
    const { startedAtMs, process } = watch;
    if (this.first === undefined) {
      watch.violate(44, 'A request is sent before its announcement.');
      return;
    }
    const { settledAtMs } = this.first;
    const waitedMs = nowMs - startedAtMs;
    if (settledAtMs === undefined) {
      if (waitedMs < firstLimitMs - earlyMs)
        watch.violate(44, `A request waits only ${waitedMs} ms for its announcement.`);
      if (nowMs > latestMs(process, startedAtMs, firstLimitMs))
        watch.violate(44, `A request waits ${waitedMs} ms for its announcement.`);
    } else if (settledAtMs !== nowMs) watch.violate(44, 'A request is sent later than its announcement.');
  }

  checkSuccess(): void {
    const { last } = this;
    const watch = this.#watch;
    if (last === undefined || last.hasFailed || last.settledAtMs !== watch.world.nowMs)
      watch.violate(44, 'It succeeds, but the feed has not accepted its announcement now.');
  }

  /** A ToriiRevocationError: the API has carried the call out, and the announcement has failed now. */
  checkError(
    { answer, announce }: { readonly answer?: unknown; readonly announce?: unknown },
    isForeign: boolean,
  ): void {
    const watch = this.#watch;
    this.hasError = true;
    if (watch.verdict?.kind !== 'done') {
      watch.violate(44, 'It fails as if the API had carried it out.');
      return;
    }
    if (typeof announce !== 'function') watch.violate(44, 'Its error cannot be announced again.');
    if (JSON.stringify(answer) !== JSON.stringify(watch.data))
      watch.violate(44, 'The answer of its error is not that of the API.');
    const { nowMs } = watch.world;
    const answeredAtMs = watch.last?.endedAtMs ?? 0;
    if (isForeign && answer !== undefined) {
      if (this.last !== undefined) watch.violate(44, 'It is announced to another environment.');
      if (nowMs !== answeredAtMs) watch.violate(44, 'It fails later than its answer.');
      return;
    }
    if (watch.abortedAtMs === nowMs) return;
    if (this.last === undefined) watch.violate(44, 'It was not announced.');
    else checkEnd(watch, this.last, answeredAtMs);
  }

  /** An announcement again, by the error. */
  checkAgain(begunAtMs: number, isDone: boolean, isForeign: boolean): void {
    const watch = this.#watch;
    const { last } = this;
    const isNew = last !== undefined && last.begunAtMs === begunAtMs;
    if (isForeign && watch.data !== undefined) {
      if (isDone || isNew) watch.violate(44, 'Its error announces it to another environment.');
      return;
    }
    if (!isNew) watch.violate(44, 'Its error does not announce it again.');
    else if (!isDone) checkEnd(watch, last, begunAtMs);
    else if (last.hasFailed || last.settledAtMs !== watch.world.nowMs)
      watch.violate(44, 'Its error says that it is announced now, which it is not.');
  }
}

/** An announcement has failed: because the feed says so, or because it takes too long. */
function checkEnd(watch: CallWatch, announced: Announced, fromMs: number): void {
  const { nowMs } = watch.world;
  const { settledAtMs, hasFailed } = announced;
  if (settledAtMs !== undefined) {
    if (!hasFailed) watch.violate(44, 'It says that it could not be announced, but the feed has accepted it.');
    else if (settledAtMs !== nowMs) watch.violate(44, 'It fails later than its announcement.');
    return;
  }
  const waitedMs = nowMs - fromMs;
  if (waitedMs < 60_000 || nowMs > latestMs(watch.process, fromMs, lastLimitMs))
    watch.violate(44, `It gives its announcement up after ${waitedMs} ms.`);
}

/** "`updatedAt` or the header `Date` of the answer, whichever is later." */
function momentOf({ last }: CallWatch): string | undefined {
  const outcome = last?.outcome;
  const text = outcome?.kind === 'answer' && outcome.status < 300 ? outcome.text : '';
  const updatedAt = Date.parse(String(Reflect.get(Object(parsed(text)), 'updatedAt')));
  const date = Date.parse(last?.handled?.date ?? '');
  const moments = [updatedAt, date].filter((ms) => !Number.isNaN(ms));
  return moments.length === 0 ? undefined : new Date(Math.max(...moments)).toISOString();
}
