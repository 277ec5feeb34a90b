import type { World } from '../../world/world.ts';
import type { Answered } from './app.ts';
import {
  type Attempt,
  elapsedMs,
  frozenMs,
  keptMs,
  maxRunning,
  settlingMs,
  timeLimitMs,
  toleranceMs,
  wasFrozen,
} from './attempts.ts';
import type { Book } from './book.ts';
import { markName, sealOf, tokenName } from './browsers.ts';
import { type Issuer, sessionName } from './issuer.ts';
import type { RenewalPlan } from './plan.ts';
import { isRenewed, type Request } from './requests.ts';
import { isSameIdentity, type Token } from './tokens.ts';
import { shapeOf } from './visit-kinds.ts';

/** How long a token that was revoked waits before it is renewed. */
const revokedDelayMs = 1_000;
/** The time limit of the keys, for a request that needs them before and after the renewal, perhaps twice each. */
const keysMs = 4 * 5_000;
const slackMs = 300;

/** Checks the answer of the proxy to each request, by docs/decisions/renewal-in-proxy.md and the statements. */
export class Judge {
  readonly #world: World;
  readonly #issuer: Issuer;
  readonly #book: Book;
  readonly #plan: RenewalPlan;
  /** Requests without an answer. */
  readonly #waiting: Set<Request> = new Set();

  constructor(world: World, issuer: Issuer, book: Book, plan: RenewalPlan) {
    this.#world = world;
    this.#issuer = issuer;
    this.#book = book;
    this.#plan = plan;
  }

  begin(request: Request): void {
    this.#waiting.add(request);
  }

  /** Statement 45: a request to the issuer has a reason. */
  checkReason(attempt: Attempt): void {
    const { process, key } = attempt;
    const own = [...this.#waiting].filter((request) => request.process === process && request.value === key);
    const reasons = own.filter((request) => isRenewed(request.visit) && !this.#needsNone(request));
    const name = `${process.name} asks for a renewal of session ${key}`;
    if (reasons.length === 0) {
      this.#world.violate(45, `${name} for ${own.map(({ name: each }) => each).join(', ') || 'no request'}`);
      return;
    }
    const isEarly = reasons.every(
      ({ due, begun }) => due === 'revoked' && elapsedMs(process, begun) < revokedDelayMs - 2,
    );
    if (isEarly) this.#world.violate(40, `${name} within a second, although its token was revoked`);
  }

  end(request: Request, answered: Answered): void {
    this.#waiting.delete(request);
    if (request.process.cuts !== request.cuts) return;
    this.#checkTime(request);
    const renewed = this.#renewedToken(request, answered);
    this.#checkCookies(request, answered);
    this.#checkHeaders(request, answered, renewed);
    if (renewed !== undefined) this.#checkRenewed(request, answered, renewed);
    else this.#checkNotRenewed(request);
    this.#checkGuard(request, answered, renewed);
  }

  /** Statement 38: every request gets an answer. */
  finish(): void {
    for (const { process, cuts, name } of this.#waiting) {
      if (!process.isDead && !process.isFrozen && process.cuts === cuts)
        this.#world.violate(38, `${process.name} never answers: ${name}`);
    }
  }

  #checkTime({ process, name, begunAtMs, due, own, visit, keysTroubled }: Request): void {
    const ms = this.#world.nowMs - begunAtMs - frozenMs(process, begunAtMs, this.#world.nowMs);
    // While its token is verified, it may be revoked.
    const hasToken = typeof own === 'object' && own !== null;
    const isRevokedNow = this.#plan.hasRevocations && hasToken && this.#issuer.isRevoked(own);
    const isRevoked = due === 'now' ? isRevokedNow : due !== 'no' || this.#plan.hasRevocations;
    const mostMs =
      timeLimitMs +
      (isRevoked ? revokedDelayMs : 0) +
      (visit.handler === 'is slow' ? visit.slowMs * 1.001 : 0) +
      (keysTroubled || this.#issuer.keysTroubledUntilMs >= begunAtMs ? keysMs : 0) +
      slackMs;
    if (ms > mostMs) this.#world.violate(38, `${process.name} answers after ${Math.round(ms)} ms: ${name}`);
  }

  /** The new token that the page gets. */
  #renewedToken({ own, process }: Request, { pageCookies }: Answered): Token | undefined {
    const texts = pageCookies.split('; ').filter((pair) => pair.startsWith(`${tokenName}=`));
    const text = texts.at(-1)?.slice(tokenName.length + 1);
    if (text === undefined || text === 'planted' || text === (typeof own === 'string' ? own : own?.text))
      return undefined;
    const token = this.#issuer.tokens.find(text);
    if (token === undefined || texts.length > 1)
      this.#world.violate(45, `${process.name} gives a page ${texts.length} token cookies, the last one unknown`);
    return token;
  }

  #checkCookies({ visit, name, session, value }: Request, { response, pageCookies, passes }: Answered): void {
    const isIssuerPath = shapeOf(visit.kind).path?.startsWith('/_torii/') ?? false;
    if (passes && !isIssuerPath && pageCookies.split('; ').some((pair) => pair.startsWith(`${sessionName}=`)))
      this.#world.violate(45, `the page gets the session cookie: ${name}`);
    const lines = response.headers.getSetCookie();
    const find = (cookie: string): string[] =>
      lines.filter((line) => line.startsWith(`${cookie}=`) && /; Path=\/(?:;|$)/.test(line));
    const tokens = find(tokenName);
    const signsOut = visit.handler === 'signs out' && lines.some((line) => line.includes(`${tokenName}=;`));
    if (tokens.length > 1) this.#world.violate(45, `two token cookies are set: ${name}`);
    for (const line of tokens) {
      const seconds = Number(/Max-Age=(-?\d+)/.exec(line)?.[1]);
      if (!(seconds >= 1) && !signsOut) this.#world.violate(45, `the token cookie is dropped (${seconds} s): ${name}`);
    }
    for (const line of find(sessionName)) {
      const given = line.split(';', 1)[0]?.slice(sessionName.length + 1) ?? '';
      const marks = find(markName).map((mark) => mark.split(';', 1)[0]?.slice(markName.length + 1));
      if (given === '') this.#world.violate(45, `the session cookie is dropped: ${name}`);
      else if (this.#issuer.ownerOf(given) !== session || value === undefined)
        this.#world.violate(45, `another user's session cookie is set: ${name}`);
      else if (marks.length !== 1 || marks[0] !== sealOf(given))
        this.#world.violate(45, `the session cookie is set without its mark: ${name}`);
    }
  }

  /** Statement 20. */
  #checkHeaders({ name }: Request, { response, passes }: Answered, renewed: Token | undefined): void {
    const { headers } = response;
    const isPersonal = renewed !== undefined || headers.getSetCookie().some((line) => !line.includes('Max-Age=0'));
    if (!isPersonal && passes) return;
    const isPrivate = headers.get('cache-control') === 'private, no-store' || (!passes && !isPersonal);
    const others = [...headers.keys()].filter((header) => /cdn-cache-control|surrogate/.test(header));
    const vary = (headers.get('vary') ?? '').toLowerCase();
    if (!isPrivate || (isPersonal && others.length > 0) || !vary.includes('cookie') || !vary.includes('authorization'))
      this.#world.violate(20, `a response with a user's token may be stored by caches: ${name}`);
  }

  #checkRenewed(request: Request, answered: Answered, token: Token): void {
    const { name, own, process, visit, session, begun, value } = request;
    const complain = (what: string): void => this.#world.violate(45, `${process.name} ${what}: ${name}`);
    const isFor = token.session === session?.number && value !== undefined;
    if (!isFor) complain(`renews with a token of session ${token.session} instead of ${session?.number}`);
    if (!isRenewed(visit)) complain('renews a request that must not be renewed');
    if (this.#needsNone(request)) complain('renews a token that needs no renewal');
    if (typeof own === 'string') complain('replaces a cookie that is no token');
    else if (own !== null && !isSameIdentity(own, token))
      complain(`replaces a token of ${own.user} by another identity`);
    const attempt = this.#book.of(process).attempts.find(({ reply }) => reply?.token === token);
    if (attempt === undefined) complain('uses a token that this process did not get');
    else {
      const ageMs = elapsedMs(process, attempt.begun) - elapsedMs(process, begun);
      if (attempt.begunAtMs < request.begunAtMs && ageMs > keptMs)
        complain(`uses a result that was ${Math.round(ageMs)} ms old when the request came`);
    }
    const signsOut = visit.handler === 'signs out' && answered.handlerUser !== undefined;
    const lines = answered.response.headers.getSetCookie();
    const isStored = lines.some((line) => line.startsWith(`${tokenName}=${token.text};`));
    const leftS = token.exp - process.wallMs / 1000;
    if (isStored && signsOut) complain('undoes a sign-out of the app');
    if (!isStored && !signsOut && leftS > 2) complain('does not store the new token in the browser');
  }

  #needsNone({ due, own }: Request): boolean {
    // It may have been revoked since it came.
    const isRevoked =
      typeof own === 'object' && own !== null && this.#plan.hasRevocations && this.#issuer.isRevoked(own);
    return due === 'no' && !isRevoked;
  }

  /** In the other direction: nothing that the documentation does not name keeps a request from being renewed. */
  #checkNotRenewed(request: Request): void {
    const { process, value, session, visit, due, own, begunAtMs, keysTroubled } = request;
    const nowMs = this.#world.nowMs;
    if (!isRenewed(visit) || (due !== 'now' && due !== 'revoked') || value === undefined || session === undefined)
      return;
    if (typeof own === 'string' || keysTroubled || this.#issuer.keysTroubledUntilMs >= begunAtMs) return;
    // What the process knew when the request came, and what happened since.
    if (!request.isQuiet || process.clockChanges !== request.clockChanges || process.isFrozen) return;
    const { attempts } = this.#book.of(process);
    const waitMs = due === 'revoked' ? revokedDelayMs : 0;
    const ofSession = attempts.filter((each) => each.key === value);
    const isKnown = ofSession.some((each) => each.begunAtMs < begunAtMs && this.#mayBeKept(each, request));
    const joined = ofSession.find((each) => each.begunAtMs < begunAtMs && (each.endedAtMs ?? nowMs) >= begunAtMs);
    const kept = ofSession.findLast((each) => each.isSettledBefore(begunAtMs));
    const isKept = kept?.reply?.hasLines && this.#isKept(kept, request) && !this.#book.isCrowded;
    const begun = request.mayBegin && !isKnown ? ofSession.find((each) => each.begunAtMs >= begunAtMs) : undefined;
    const attempt = joined ?? (isKept ? kept : undefined) ?? begun;
    if (attempt === undefined) {
      if (request.mayBegin && this.mayBegin(request) && !isKnown && waitMs === 0 && nowMs - begunAtMs < 100)
        this.#world.violate(
          34,
          `${process.name} does not ask the issuer, although nothing prevents it: ${request.name}`,
        );
      return;
    }
    if (attempt.outcome !== 'token' || attempt.isCut) return;
    const endedAtMs = attempt.endedAtMs ?? nowMs;
    if (endedAtMs - attempt.begunAtMs > timeLimitMs - 100 || wasFrozen(process, attempt.begunAtMs, nowMs)) return;
    const token = attempt.reply?.token;
    if (token === undefined || token.exp * 1000 - process.wallMs < 3_000 + request.slowMs) return;
    // The clock was set back since the token was verified.
    if (token.iat * 1000 > process.wallMs + toleranceMs) return;
    // A result that is kept may be the token that the request has.
    if (own === token || (own !== null && !isSameIdentity(own, token))) return;
    if (this.#plan.hasRevocations && this.#issuer.isRevoked(token)) return;
    this.#world.violate(45, `${process.name} has a new token, and does not use it: ${request.name}`);
  }

  #mayBeKept(attempt: Attempt, { process, begunAtMs }: Request): boolean {
    if (elapsedMs(process, attempt.begun) >= keptMs + this.#world.nowMs - begunAtMs + 50) return false;
    const { outcome, reply } = attempt;
    const isForgotten = outcome === 'outage' || (outcome === 'token' && reply?.hasLines === false);
    return !(isForgotten && attempt.isSettledBefore(begunAtMs));
  }

  #isKept(attempt: Attempt, { process, begun }: Request): boolean {
    const ageMs = elapsedMs(process, attempt.begun) - elapsedMs(process, begun);
    return ageMs < keptMs - 60;
  }

  /** The page sees the user of its token, and only signed-in users pass. */
  #checkGuard(request: Request, answered: Answered, renewed: Token | undefined): void {
    const { process, own, name, visit, due } = request;
    const { handlerUser, passes } = answered;
    const token = renewed ?? (typeof own === 'object' ? own : null);
    if (typeof handlerUser === 'string' && handlerUser !== token?.user)
      this.#world.violate(
        45,
        `${process.name} takes ${token?.user ?? 'a signed-out user'} for ${handlerUser}: ${name}`,
      );
    const isOpen = !visit.isGuarded || shapeOf(visit.kind).path !== undefined;
    if (passes && !isOpen && handlerUser === null)
      this.#world.violate(45, `${process.name} lets a signed-out user through: ${name}`);
    if (passes || isOpen || request.keysTroubled || this.#issuer.keysTroubledUntilMs >= request.begunAtMs) return;
    if (!request.isQuiet || process.clockChanges !== request.clockChanges) return;
    // A token of the cookie that is still good.
    const isGood =
      typeof own === 'object' && own !== null && own.key !== undefined && due !== 'revoked' && due !== 'unclear';
    const isRevoked = token !== null && this.#plan.hasRevocations && this.#issuer.isRevoked(token);
    const good = renewed ?? (isGood && isRenewed(visit) ? own : null);
    if (good === null || isRevoked) return;
    const [leftMs, oldMs] = [good.exp * 1000 - process.wallMs, process.wallMs - good.iat * 1000];
    if (leftMs < 2_000 || oldMs < -28_000) return;
    this.#world.violate(45, `${process.name} refuses a user with a good token: ${name}`);
  }

  /** Whether a new request to the issuer may begin in this process: no pause, and a free place. */
  mayBegin({ process }: Pick<Request, 'process'>): boolean {
    const { attempts, pauses } = this.#book.of(process);
    const recent = attempts.slice(-200);
    if (recent.some(({ endedAtMs }) => endedAtMs !== undefined && this.#world.nowMs - endedAtMs < settlingMs))
      return false;
    return pauses.isOver(recent) && recent.filter(({ mayBeRunning }) => mayBeRunning).length < maxRunning;
  }
}
