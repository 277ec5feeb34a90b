import type { Auth } from '@torii/core';
import { onAbort, wallMs } from '@torii/core/internal';
import type { Entry } from './entries/entry.ts';
import type { EndReason } from './revocations.ts';

interface Watcher {
  readonly auth: Auth;
  readonly digest: string;
  end(reason: EndReason): void;
}

/** The calls of `untilRevoked` that wait. A new entry checks only those that it names. */
export class Watchers {
  /** The watchers by what they watch: `user <id>`, `actor <id>` or `token <digest>`. */
  readonly #index: Map<string, Set<Watcher>> = new Map();
  readonly #all: Set<Watcher> = new Set();
  readonly #isRevoked: (auth: Auth, digest: string) => boolean;
  /** The earliest `expiresAt` of a watcher, or earlier. */
  #nextExpiry = Number.POSITIVE_INFINITY;

  constructor(isRevoked: (auth: Auth, digest: string) => boolean) {
    this.#isRevoked = isRevoked;
  }

  get size(): number {
    return this.#all.size;
  }

  watch(auth: Auth, digest: string, signal: AbortSignal | undefined): Promise<EndReason> {
    return new Promise((resolve, reject) => {
      let stopListening = (): void => {};
      const watcher: Watcher = {
        auth,
        digest,
        end: (reason) => {
          this.#remove(watcher);
          stopListening();
          resolve(reason);
        },
      };
      this.#add(watcher);
      if (signal === undefined) return;
      stopListening = onAbort(signal, () => {
        this.#remove(watcher);
        reject(signal.reason);
      });
    });
  }

  /** Ends the watchers that a new entry revokes. */
  wake({ kind, id }: Entry): void {
    if (this.#all.size === 0) return;
    if (kind === 'environment') this.#endRevoked(this.#all);
    else if (kind === 'token') this.#endRevoked(this.#index.get(`token ${id}`));
    else {
      if (kind !== 'impersonator') this.#endRevoked(this.#index.get(`user ${id}`));
      if (kind !== 'member') this.#endRevoked(this.#index.get(`actor ${id}`));
    }
  }

  expire(): void {
    const nowSeconds = wallMs() / 1000;
    if (nowSeconds < this.#nextExpiry) return;
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    for (const watcher of [...this.#all]) {
      if (watcher.auth.expiresAt <= nowSeconds) watcher.end('token_expired');
      else this.#nextExpiry = Math.min(this.#nextExpiry, watcher.auth.expiresAt);
    }
  }

  endAll(reason: EndReason): void {
    for (const watcher of [...this.#all]) watcher.end(reason);
  }

  #endRevoked(watchers: ReadonlySet<Watcher> | undefined): void {
    if (watchers === undefined) return;
    for (const watcher of [...watchers]) {
      if (this.#isRevoked(watcher.auth, watcher.digest)) watcher.end('token_revoked');
    }
  }

  #add(watcher: Watcher): void {
    this.#all.add(watcher);
    this.#nextExpiry = Math.min(this.#nextExpiry, watcher.auth.expiresAt);
    for (const name of namesOf(watcher)) {
      const watchers = this.#index.get(name);
      if (watchers === undefined) this.#index.set(name, new Set([watcher]));
      else watchers.add(watcher);
    }
  }

  #remove(watcher: Watcher): void {
    this.#all.delete(watcher);
    for (const name of namesOf(watcher)) {
      const watchers = this.#index.get(name);
      watchers?.delete(watcher);
      if (watchers?.size === 0) this.#index.delete(name);
    }
  }
}

function namesOf({ auth, digest }: Watcher): readonly string[] {
  const names = [`user ${auth.userId}`, `token ${digest}`];
  const actorId = auth.actor?.userId ?? null;
  return actorId === null ? names : [...names, `actor ${actorId}`];
}
