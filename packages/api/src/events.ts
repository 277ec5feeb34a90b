import type { ConnectionReason } from '@torii/core';

interface ApiEventBase {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** The first request of a call is 1. */
  readonly attempt: number;
}

/** What the client did. Never contains the secret key, a header or a body. */
export type ApiEvent =
  | (ApiEventBase & { readonly type: 'answered'; readonly status: number; readonly durationMs: number })
  | (ApiEventBase & { readonly type: 'failed'; readonly reason: ConnectionReason; readonly durationMs: number })
  /** `attempt` is the one that did not succeed. */
  | (ApiEventBase & { readonly type: 'retrying'; readonly delayMs: number });

export type ApiEventListener = (event: ApiEvent) => void;

/** Tells a listener, whose own failures are its own: they must not decide about a call or end the process. */
export function listenerFor(listener: ApiEventListener | undefined): ApiEventListener {
  return (event) => {
    try {
      const result: unknown = listener?.(event);
      Promise.resolve(result).catch(() => {});
    } catch {
      // See above.
    }
  };
}
