import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';
import { fetchServedKey, type Gateway } from './gateway.ts';

/** The gateway is asked again after this time, so a node may sign with the old key this long after a change. */
export const servedKeySeconds = 1;

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

  // Returns the id of the gateway's key: `null` if the gateway has no key, `undefined` if the gateway never answered.
  // Never rejects, and does not wait during an outage.
  async keyId(): Promise<string | null | undefined> {
    const age = Date.now() - this.#askedAt;
    // The age is negative if the clock was set back.
    if (age < 0 || age >= servedKeySeconds * 1000) this.#asking ??= this.#ask();
    if (!this.#failing) await this.#asking;
    return this.#keyId;
  }

  async #ask(): Promise<void> {
    try {
      this.#keyId = (await fetchServedKey(this.#gateway))?.keyId ?? null;
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#emit({ type: 'gateway_unavailable', problem: problemOf(error) });
      this.#failing = true;
    } finally {
      this.#askedAt = Date.now();
      this.#asking = undefined;
    }
  }
}

function problemOf(error: unknown): string {
  return error instanceof ToriiStreamError ? error.message : 'The request to the gateway failed.';
}
