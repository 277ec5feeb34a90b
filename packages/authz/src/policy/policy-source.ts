import { ToriiUnavailableError } from '@torii/core';
import {
  elapsedMs,
  innermostProblem,
  instantNow,
  isPromise,
  loggable,
  loggableCause,
  type Patience,
  RemoteValue,
  retryDelayMs,
  TimeLimitError,
  withDetail,
} from '@torii/core/internal';
import { DocumentError, fingerprintOf, type MalformedEntry } from './document.ts';
import { compilePolicy, type Policy } from './policy.ts';

/** An event about loading the permissions. */
export type PolicyEvent =
  /** A new or changed document was loaded. */
  | {
      readonly type: 'policy_loaded';
      /** The value of `last_update` in the document, made safe for logs. */
      readonly lastUpdate: string | undefined;
      /** The number of valid permissions. */
      readonly permissions: number;
      /** The permissions that could not be parsed and therefore grant nothing. Only the first 100 are listed. */
      readonly malformed: readonly MalformedEntry[];
      /** The number of malformed permissions, including those that `malformed` leaves out. */
      readonly malformedCount: number;
      /** The time it took to read and compile the document, in milliseconds. */
      readonly durationMs: number;
    }
  /**
   * The document could not be read. Once the last loaded document is older than `refreshSeconds`, requests that need a
   * permission are answered 503.
   */
  | {
      readonly type: 'policy_failed';
      readonly problem: string;
      /** A copy of the error, safe to log: name, message, code and causes, without other properties. */
      readonly cause: Error;
    };

export interface SourceSettings {
  readonly read: () => unknown;
  readonly refreshMs: number | undefined;
  readonly timeoutMs: number;
  readonly emit: (event: PolicyEvent) => void;
}

interface Loaded {
  readonly policy: Policy;
  readonly fingerprint: string;
}

const renewAt = 0.8;
const maxReportedEntries = 100;

// Loads and caches the permission document. If reads fail, the last document is used until it is older than
// `refreshMs`. Then requests fail: a failed read is never treated as an empty document.
export class PolicySource {
  readonly #read: () => unknown;
  readonly #emit: (event: PolicyEvent) => void;
  readonly #patience: Patience;
  readonly #document: RemoteValue<Loaded>;
  #latest: Loaded | undefined;

  constructor({ read, emit, refreshMs = Number.POSITIVE_INFINITY, timeoutMs }: SourceSettings) {
    this.#read = read;
    this.#emit = emit;
    this.#patience = { timeoutMs: Math.min(refreshMs, timeoutMs), maxStaleMs: 0 };
    this.#document = new RemoteValue<Loaded>({
      renewAfterMs: refreshMs * renewAt,
      staleAfterMs: refreshMs,
      mayLoad: () => true,
      load: async () => this.#compile(await read()),
      onLoaded: (loaded, durationMs) => this.#note(loaded, durationMs),
      onFailed: (thrown) => emit({ type: 'policy_failed', ...this.#describe(thrown) }),
    });
  }

  readAtOnce(): void {
    const startedAt = instantNow();
    const loaded = this.#compile(this.#read());
    this.#document.set(loaded);
    this.#note(loaded, elapsedMs(startedAt));
  }

  /** Returns a promise only if the document must be read first. */
  current(): Policy | Promise<Policy> {
    const given = this.#document.current(this.#patience);
    return isPromise(given) ? given.then((loaded) => this.#require(loaded)) : given.policy;
  }

  async refresh(): Promise<void> {
    this.#document.forget();
    await this.#document.renew(this.#patience);
    this.#require(this.#document.usable(this.#patience));
  }

  #compile(given: unknown): Loaded {
    const fingerprint = fingerprintOf(given);
    const latest = this.#latest;
    return latest?.fingerprint === fingerprint ? latest : { policy: compilePolicy(fingerprint), fingerprint };
  }

  #note(loaded: Loaded, durationMs: number): void {
    if (loaded === this.#latest) return;
    this.#latest = loaded;
    const { lastUpdate, size, malformed } = loaded.policy;
    this.#emit({
      type: 'policy_loaded',
      lastUpdate: lastUpdate === undefined ? undefined : loggable(lastUpdate),
      permissions: size,
      malformed: malformed.slice(0, maxReportedEntries).map(safeEntry),
      malformedCount: malformed.length,
      durationMs,
    });
  }

  #require(loaded: Loaded | undefined): Policy {
    if (loaded !== undefined) return loaded.policy;
    const message = 'The permissions cannot be looked up at the moment.';
    const retryAfterSeconds = retryDelayMs / 1000;
    const { failure } = this.#document;
    if (failure === undefined) {
      const problem = 'too many requests wait for the permissions';
      throw withDetail(new ToriiUnavailableError('policy_unavailable', message, { retryAfterSeconds }), { problem });
    }
    const { problem, cause } = this.#describe(failure.cause);
    const error = new ToriiUnavailableError('policy_unavailable', message, { cause, retryAfterSeconds });
    throw withDetail(error, { problem });
  }

  #describe(thrown: unknown): { readonly problem: string; readonly cause: Error } {
    if (thrown instanceof TimeLimitError) {
      return { problem: `the permissions were not read within ${this.#patience.timeoutMs} ms`, cause: thrown };
    }
    if (thrown instanceof DocumentError) return { problem: thrown.message, cause: thrown };
    const cause = loggableCause(thrown);
    return { problem: `the permissions could not be read: ${innermostProblem(cause)}`, cause };
  }
}

function safeEntry({ role, entry, problem }: MalformedEntry): MalformedEntry {
  return { role: loggable(role), entry: entry === undefined ? undefined : loggable(entry), problem: loggable(problem) };
}
