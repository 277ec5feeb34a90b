import type { World } from '../../world/world.ts';
import type { App } from './app.ts';
import { type Attempt, elapsedMs, frozenMs, type Instant, instantOf, wasFrozen } from './attempts.ts';
import type { Book, Record } from './book.ts';
import { issuerOrigin, type Token } from './tokens.ts';

export const templateLimitMs = 5_000;
/** A failure after so long may be due to a pause, so the issuer is asked again. */
const pausedMs = 6_000;
const maxAttempts = 3;
const slackMs = 100;

interface Call {
  readonly app: App;
  readonly key: string;
  readonly own: Token;
  readonly begunAtMs: number;
  readonly begun: Instant;
  readonly cuts: number;
  readonly clockChanges: number;
}

/** Tokens of templates, by docs/tokens-for-your-services.md and the statements. */
export class TemplateRules {
  readonly #world: World;
  readonly #book: Book;
  readonly #waiting: Set<Call> = new Set();

  constructor(world: World, book: Book) {
    this.#world = world;
    this.#book = book;
  }

  /** Asks for a token in a process that is not frozen. */
  async ask(app: App, own: Token, template: string): Promise<void> {
    const { process } = app;
    const call: Call = {
      app,
      key: `${template} ${own.text}`,
      own,
      begunAtMs: this.#world.nowMs,
      begun: instantOf(process),
      cuts: process.cuts,
      clockChanges: process.clockChanges,
    };
    this.#waiting.add(call);
    let token: string | null = null;
    let error: unknown;
    try {
      const auth = { userId: own.user, issuer: issuerOrigin, expiresAt: own.exp };
      const request = { auth, token: own.text, template, publishableKey: 'pk_test_1' };
      token = await app.templates.get(request as never);
    } catch (thrown) {
      error = thrown;
    }
    this.#waiting.delete(call);
    if (process.cuts !== call.cuts) return;
    const reason: unknown = Reflect.get(Object(error), 'reason') ?? Reflect.get(Object(error), 'code');
    this.#world.note(
      process.name,
      `token of ${template} for ${own.user}: ${error === undefined ? typeof token : reason}`,
    );
    this.#checkTime(call);
    if (error !== undefined && (reason === undefined || String(error).includes('eyJ')))
      this.#world.violate(16, `the error has no reason, or contains a token: ${String(error).slice(0, 60)}`);
    if (token !== null) this.#checkToken(call, token);
    else if (error !== undefined) this.#checkFailure(call, reason);
  }

  /** A request to the issuer begins: one at a time for a token, and none while a good token is remembered. */
  onFetch({ process, key }: Attempt, { templates }: Record): void {
    const own = templates.filter((attempt) => attempt.key === key);
    const isOpen = (each: Attempt): boolean =>
      each.endedAtMs === undefined && !each.isCut && each.ageMs < templateLimitMs - slackMs;
    if (own.some(isOpen)) this.#world.violate(4, `${process.name} asks twice at a time for the token of a template`);
    const last = own.at(-1);
    if (last?.outcome !== 'token' || last.endedAtMs === undefined || last.isCut) return;
    if (wasFrozen(process, last.begunAtMs, last.endedAtMs + slackMs)) return;
    const { lifetimeMs = 0 } = last.reply ?? {};
    // A token can be handed out until 30 seconds, or a quarter of its lifetime, before its end.
    if (last.ageMs < lifetimeMs - Math.min(30_000, lifetimeMs / 4) - slackMs)
      this.#world.violate(4, `${process.name} asks again for the token of a template that it has`);
  }

  finish(): void {
    for (const { app, cuts, own } of this.#waiting) {
      if (!app.process.isDead && !app.process.isFrozen && app.process.cuts === cuts)
        this.#world.violate(38, `${app.process.name} never gives a token of a template for ${own.user}`);
    }
  }

  #checkTime({ app: { process }, key, begunAtMs, clockChanges }: Call): void {
    const { nowMs } = this.#world;
    const ms = nowMs - begunAtMs - frozenMs(process, begunAtMs, nowMs);
    const mayAskAgain =
      wasFrozen(process, begunAtMs, nowMs) ||
      process.clockChanges !== clockChanges ||
      this.#book.of(process).templates.some((attempt) => attempt.key === key && attempt.isCut);
    if (ms > templateLimitMs * (mayAskAgain ? maxAttempts : 1) + slackMs)
      this.#world.violate(38, `${process.name} gives the token of a template after ${Math.round(ms)} ms`);
  }

  #checkToken({ app: { process }, key, own, begun }: Call, token: string): void {
    const attempt = this.#book.of(process).templates.find(({ reply }) => reply?.token?.text === token);
    const complain = (statement: number, what: string): void =>
      this.#world.violate(statement, `${process.name} gives ${own.user} ${what}`);
    if (attempt === undefined) complain(45, 'a token that the issuer did not make for this process');
    else if (attempt.key !== key) complain(11, 'a token that was made for another token or template');
    else if (attempt.reply?.token?.user !== own.user) complain(45, `a token of ${attempt.reply?.token?.user}`);
    const { lifetimeMs } = attempt?.reply ?? {};
    if (attempt === undefined || lifetimeMs === undefined) return;
    const { ageMs } = attempt;
    const usableMs = lifetimeMs - Math.min(30_000, lifetimeMs / 4);
    // Remembered since before the call.
    const isKept = elapsedMs(process, begun) < ageMs - templateLimitMs;
    // An answer that the issuer took seconds for is used, however short the lifetime is.
    if (ageMs >= Math.max(lifetimeMs, templateLimitMs))
      complain(11, `a token that has ended ${Math.round(ageMs - lifetimeMs)} ms ago`);
    else if (isKept && ageMs > usableMs + slackMs) complain(11, 'a token that is about to end');
  }

  /** Statement 34: a failure is not remembered, and one after a pause does not count. */
  #checkFailure({ app: { process }, key, begunAtMs }: Call, reason: unknown): void {
    const asked = this.#book
      .of(process)
      .templates.filter((attempt) => attempt.key === key && (attempt.endedAtMs ?? this.#world.nowMs) + 20 >= begunAtMs);
    const last = asked.at(-1);
    if (last === undefined) this.#world.violate(34, `${process.name} fails without asking for the token of a template`);
    else if (reason === 'token_unavailable' && last.ageMs > pausedMs + slackMs && asked.length < maxAttempts)
      this.#world.violate(34, `${process.name} fails after a pause without asking again for the token of a template`);
  }
}
