import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';
import { fetchServedKey, type Gateway } from './gateway.ts';

/** How old an answer of the gateway's may be. So long after a rotation's flip, a process may sign with the old key. */
export const servedKeySeconds = 1;

/**
 * Which key the gateway uses, as far as this process knows: asked for when somebody wants to know, and at most once a
 * second. Undefined until there was an answer.
 */
export class ServedKey {
  readonly #gateway: Gateway;
  readonly #emit: StreamEventListener;
  #keyId: string | null | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #failing = false;

  constructor(gateway: Gateway, emit: StreamEventListener) {
    this.#gateway = gateway;
    this.#emit = emit;
  }

  /** Never rejects. A gateway that does not answer holds nobody up twice: until it does, the last answer counts. */
  async keyId(): Promise<string | null | undefined> {
    const age = Date.now() - this.#askedAt;
    // A clock that was set back makes an age below zero: that answer may be of any age.
    if (age < 0 || age >= servedKeySeconds * 1000) this.#asking ??= this.#ask();
    if (!this.#failing) await this.#asking;
    return this.#keyId;
  }

  async #ask(): Promise<void> {
    try {
      this.#keyId = (await fetchServedKey(this.#gateway))?.keyId ?? null;
      this.#failing = false;
    } catch (error) {
      // Once for each time that it fails, not once a second.
      if (!this.#failing) this.#emit({ type: 'gateway_unavailable', problem: problemOf(error) });
      this.#failing = true;
    } finally {
      this.#askedAt = Date.now();
      this.#asking = undefined;
    }
  }
}

function problemOf(error: unknown): string {
  return error instanceof ToriiStreamError ? error.message : 'The gateway cannot be asked.';
}
