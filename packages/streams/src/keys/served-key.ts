import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';
import { fetchServedKey, type Gateway } from './gateway.ts';

/**
 * A signer asks the gateway for its key at most once in this time. After the gateway changes its key, the signer may
 * therefore sign with the old key for this long.
 */
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

  // Returns the id of the gateway's key: `null` if the gateway has no key, `undefined` if it never answered. Never
  // rejects. While the gateway is unavailable, returns its last known key without waiting.
  async keyId(): Promise<string | null | undefined> {
    const age = Date.now() - this.#askedAt;
    // If the machine's clock was set back, the age is negative. Ask the gateway then too.
    if (age < 0 || age >= servedKeySeconds * 1000) this.#asking ??= this.#ask();
    if (!this.#failing) await this.#asking;
    return this.#keyId;
  }

  async #ask(): Promise<void> {
    try {
      this.#keyId = (await fetchServedKey(this.#gateway))?.keyId ?? null;
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#emit({ type: 'gateway_unavailable', ...outageOf(error) });
      this.#failing = true;
    } finally {
      this.#askedAt = Date.now();
      this.#asking = undefined;
    }
  }
}

function outageOf(error: unknown): { readonly problem: string; readonly cause: unknown } {
  if (error instanceof ToriiStreamError) return { problem: error.message, cause: error.cause };
  return { problem: 'The request to the gateway failed.', cause: error };
}
