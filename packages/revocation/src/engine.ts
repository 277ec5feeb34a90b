import { type Auth, type RevocableToken, type RevocationVerdict, ToriiConfigError } from '@torii/core';
import {
  elapsedMs,
  type Instant,
  instantNow,
  loggableCause,
  raceDeadline,
  startTimer,
  wrongOption,
} from '@torii/core/internal';
import { Announcements } from './announcements.ts';
import type { Entry } from './entries/entry.ts';
import type { FeedConnection } from './feed.ts';
import { LimitedEvents } from './limited-events.ts';
import { Liveness } from './liveness.ts';
import { Memory } from './memory.ts';
import { readMoment } from './moment.ts';
import { Readiness } from './readiness.ts';
import { Receiver } from './receiver.ts';
import type { EndReason, RevocationHealth, RevocationRecord } from './revocations.ts';
import { readRevokedAuth, readRevokedText } from './revoked-token.ts';
import type { Settings } from './settings.ts';
import { readSignal } from './signal-option.ts';
import { StoreClock } from './store-clock.ts';
import { type GivenMoment, readCallOptions, readId } from './subject-options.ts';
import { Watchers } from './watchers.ts';

const tickMs = 1_000;
const closeWithinMs = 5_000;

/** The result of the last lookup of a token that a verifier remembers. */
class Mark {
  readonly engine: Engine;
  version: number;
  isRevoked: boolean;

  constructor(engine: Engine, version: number, isRevoked: boolean) {
    this.engine = engine;
    this.version = version;
    this.isRevoked = isRevoked;
  }
}

export class Engine {
  readonly settings: Settings;
  readonly #memory: Memory;
  readonly #liveness: Liveness;
  readonly #watchers: Watchers;
  readonly #announcements: Announcements;
  readonly #receiver: Receiver;
  readonly #limited: LimitedEvents;
  readonly #clock = new StoreClock();
  readonly #readiness = new Readiness();
  #refusal: ToriiConfigError | undefined;
  #connection: FeedConnection | undefined;
  #isClosed = false;
  #isTicking = false;
  #tickedAt: Instant = instantNow();

  constructor(settings: Settings) {
    const { emit } = settings;
    this.settings = settings;
    this.#limited = new LimitedEvents(emit);
    this.#watchers = new Watchers((auth, digest) => this.#memory.set.revokes(auth, digest));
    this.#memory = new Memory(settings, this.#clock, { emit, onNews: (entry) => this.#watchers.wake(entry) });
    this.#liveness = new Liveness(settings, {
      emit,
      ask: () => this.#ask(),
      askAfterMs: () => this.#connection?.askAfterMs,
      onUnavailable: () => this.#watchers.endAll('revocations_unavailable'),
    });
    this.#announcements = new Announcements(settings, this.#memory, {
      emit,
      connection: () => (this.#isClosed ? undefined : this.#connection),
    });
    const parts = {
      settings,
      memory: this.#memory,
      liveness: this.#liveness,
      clock: this.#clock,
      limited: this.#limited,
    };
    this.#receiver = new Receiver(parts, {
      emit,
      onStored: (entry) => this.#announcements.noteStored(entry),
      onMissing: (entries, isLoss) => this.#announcements.restore(entries, isLoss),
      onProof: (isRecovery) => this.#announcements.noteProof(isRecovery),
      onRefused: (error) => this.#refuse(error),
      onFirstSnapshot: () => this.#readiness.settle(),
    });
    this.#open();
    // Requests wait for the read that has begun.
    if (this.#connection?.askAfterMs !== undefined) this.#liveness.noteQuestion(this.#ask());
    this.#startTicking();
  }

  check(token: RevocableToken): RevocationVerdict | Promise<RevocationVerdict> {
    if (this.#isRevoked(token)) return 'revoked';
    if (this.#liveness.isCalm()) return 'accepted';
    this.#tickIfDue();
    const access = this.#liveness.access();
    if (access === 'wait') return this.#checkLater(token);
    // The feed may have answered at once.
    if (this.#isRevoked(token)) return 'revoked';
    return access === 'open' ? 'accepted' : 'unavailable';
  }

  async revokeUser(userId: string, given?: GivenMoment): Promise<void> {
    const example = 'revokeUser(userId, { at: user.updatedAt })';
    const id = readId('userId', userId);
    const options = readCallOptions(given, ['at', 'organizationId'], example);
    // `organizationId: undefined` must not revoke the tokens of all organizations.
    const isMember = 'organizationId' in options;
    const organizationId = isMember ? readId('organizationId', options.organizationId) : undefined;
    await this.#announce({ kind: isMember ? 'member' : 'user', id, organizationId, before: this.#moment(options.at) });
  }

  async revokeImpersonator(userId: string, given?: GivenMoment): Promise<void> {
    const id = readId('userId', userId);
    const { at } = readCallOptions(given, ['at'], 'revokeImpersonator(userId, { at: new Date() })');
    await this.#announce({ kind: 'impersonator', id, organizationId: undefined, before: this.#moment(at) });
  }

  async revokeEnvironment(given?: GivenMoment): Promise<void> {
    const { at } = readCallOptions(given, ['at'], 'revokeEnvironment({ at: new Date() })');
    await this.#announce({ kind: 'environment', id: null, organizationId: undefined, before: this.#moment(at) });
  }

  async revokeToken(token: string | Auth): Promise<void> {
    const { earliestMs } = this.#clock;
    const { digest, issuedAt } =
      typeof token === 'string' ? await readRevokedText(token, earliestMs) : readRevokedAuth(token, this.settings);
    // With a slow clock, not earlier than the token's issue: the entry could be forgotten before the token expires.
    const before = Math.floor(Math.max(earliestMs / 1000, issuedAt));
    await this.#announce({ kind: 'token', id: digest, organizationId: undefined, before });
  }

  async untilRevoked(auth: Auth, given?: { readonly signal?: AbortSignal }): Promise<EndReason> {
    const { digest } = readRevokedAuth(auth, this.settings);
    const signal = readSignal(given);
    signal?.throwIfAborted();
    this.#tick();
    if (this.#memory.set.revokes(auth, digest)) return 'token_revoked';
    if (this.#refusal !== undefined) return 'revocations_unavailable';
    if (this.#liveness.isStaleAndRefusing) return 'revocations_unavailable';
    const ended = this.#watchers.watch(auth, digest, signal);
    if (!this.#isTicking) this.#startTicking();
    this.#watchers.expire();
    return ended;
  }

  async ready(given?: { readonly signal?: AbortSignal }): Promise<void> {
    const signal = readSignal(given);
    signal?.throwIfAborted();
    const isKnown = this.#refusal !== undefined || this.#liveness.hasSnapshot || this.#isClosed;
    if (!isKnown) await this.#readiness.wait(signal);
    if (this.#refusal !== undefined) throw this.#refusal;
    if (!this.#liveness.hasSnapshot) throw wrongOption('ready', 'was called on revocations that were closed');
  }

  health(): RevocationHealth {
    const { status, silentSeconds } = this.#liveness;
    return { status, silentSeconds, entries: this.#memory.set.size, pending: this.#announcements.pending };
  }

  *list(): IterableIterator<RevocationRecord> {
    const { compacted } = this.#memory.set;
    if (compacted !== undefined) yield recordOf(compacted);
    for (const entry of this.#memory.set.entries()) yield recordOf(entry);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#receiver.close();
    this.#liveness.end('closed');
    this.#readiness.settle();
    const closing = (async () => this.#connection?.close())();
    await raceDeadline(closing, closeWithinMs, () => {}).catch(() => {});
  }

  // Takes a few nanoseconds for a token that the verifier remembers.
  #isRevoked(token: RevocableToken): boolean {
    const { mark } = token;
    const { version } = this.#memory.set;
    // A mark of other revocations does not count: they may be for another environment.
    if (!(mark instanceof Mark) || mark.engine !== this) {
      const isRevoked = this.#memory.set.revokes(token.auth, token.digest);
      token.mark = new Mark(this, version, isRevoked);
      return isRevoked;
    }
    if (mark.version !== version && !mark.isRevoked) {
      mark.isRevoked = this.#memory.set.revokesSince(mark.version, token.auth, token.digest);
      mark.version = version;
    }
    return mark.isRevoked;
  }

  async #checkLater(token: RevocableToken): Promise<RevocationVerdict> {
    const access = await this.#liveness.wait();
    if (this.#isRevoked(token)) return 'revoked';
    return access === 'open' ? 'accepted' : 'unavailable';
  }

  async #announce(entry: Entry): Promise<void> {
    await this.#announcements.announce(entry);
  }

  #moment(at: unknown): number {
    if (at === undefined && this.#clock.isDoubtful)
      throw wrongOption(
        'at',
        'is needed, because the clocks of this server and of the store differ by more than an hour. Set them, or pass the moment',
      );
    return readMoment(at, this.#clock);
  }

  #open(): void {
    try {
      this.#connection = this.settings.feed.open(this.#receiver);
    } catch (thrown) {
      if (thrown instanceof ToriiConfigError) throw thrown;
      throw new ToriiConfigError('feed', 'The feed could not be opened. See `cause`.', {
        cause: loggableCause(thrown),
      });
    }
  }

  #ask(): unknown {
    try {
      return this.#connection?.ask();
    } catch (thrown) {
      this.#receiver.failed(thrown);
      return undefined;
    }
  }

  #refuse(error: unknown): void {
    if (this.#refusal !== undefined) return;
    this.#refusal =
      error instanceof ToriiConfigError
        ? error
        : new ToriiConfigError('feed', 'The feed refuses these options. See `cause`.', { cause: loggableCause(error) });
    this.#liveness.end('refused');
    this.settings.emit({ type: 'feed_refused', error: this.#refusal });
    this.#readiness.settle();
  }

  #tick(isTimer = false): void {
    this.#tickedAt = instantNow();
    this.#liveness.tick(isTimer);
    this.#memory.expire();
    this.#watchers.expire();
    this.#announcements.tick();
    this.#limited.reportIgnored();
  }

  #tickIfDue(): void {
    if (elapsedMs(this.#tickedAt) >= tickMs) this.#tick();
  }

  // On edge runtimes, timers do not fire between requests, or cannot be started outside of a request. There, `check` ticks.
  #startTicking(): void {
    const tick = (): void => {
      this.#isTicking = false;
      this.#tick(true);
      if (!this.#isTicking && (!this.#isClosed || this.#watchers.size > 0)) this.#startTicking();
    };
    try {
      this.#isTicking = true;
      const timer = startTimer(tick, tickMs);
      if (typeof timer === 'object') (timer as { unref?(): void }).unref?.();
    } catch {}
  }
}

function recordOf({ kind, id, organizationId, before }: Entry): RevocationRecord {
  const issuedBefore = new Date(before * 1000).toISOString();
  return { kind, id, ...(organizationId !== undefined && { organizationId }), issuedBefore };
}
