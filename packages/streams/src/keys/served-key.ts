import { elapsedMs, loggableCause, type Patience, RemoteValue } from '@torii/core/internal';
import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';
import { fetchServedKey, type Gateway, probeTimeoutMs } from './gateway.ts';

/**
 * A signer asks the gateway for its key at most once in this time. After the gateway changes its key, the signer may
 * therefore sign with the old key for this long.
 */
export const servedKeySeconds = 1;

// For this long after a failed request to the gateway, tokens do not wait for the next request.
const outageMs = 60_000;
const patience: Patience = { timeoutMs: probeTimeoutMs + 500, maxStaleMs: Number.POSITIVE_INFINITY };

export class ServedKey {
  readonly #keyId: RemoteValue<string | null>;
  #isDown = false;

  constructor(gateway: Gateway, emit: StreamEventListener) {
    this.#keyId = new RemoteValue<string | null>({
      renewAfterMs: servedKeySeconds * 1000,
      staleAfterMs: servedKeySeconds * 1000,
      mayLoad: () => true,
      load: async () => (await fetchServedKey(gateway))?.keyId ?? null,
      onLoaded: () => {
        this.#isDown = false;
      },
      onFailed: (cause) => {
        if (!this.#isDown) emit({ type: 'gateway_unavailable', ...outageOf(cause) });
        this.#isDown = true;
      },
    });
  }

  // Returns the id of the gateway's key: `null` if the gateway has no key, `undefined` if it never answered. Never
  // rejects. While the gateway is unavailable, returns its last known key without waiting.
  async keyId(): Promise<string | null | undefined> {
    const { failure } = this.#keyId;
    if (failure === undefined || elapsedMs(failure.begunAt) >= outageMs) return this.#keyId.current(patience);
    this.#keyId.renewInBackground(patience);
    return this.#keyId.latest;
  }
}

function outageOf(error: unknown): { readonly problem: string; readonly cause: unknown } {
  if (error instanceof ToriiStreamError) return { problem: error.message, cause: error.cause };
  return { problem: 'The request to the gateway failed.', cause: loggableCause(error) };
}
