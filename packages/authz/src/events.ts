import type { PolicyEvent } from './policy/policy-source.ts';

/**
 * An event for `onEvent`: permissions were loaded or could not be loaded, or an impersonated user sent a request. Never
 * contains a token.
 */
export type AuthzEvent =
  | PolicyEvent
  /** An impersonated user sent a request, and `impersonation` is `audit`. A rule may still refuse the request. */
  | {
      readonly type: 'impersonated';
      /** The user ID, made safe for logs; `null` if the token does not contain it. An ordinary ID is unchanged. */
      readonly userId: string | null;
      /** The user ID of the impersonator, made safe for logs; `null` if the token does not contain it. */
      readonly actorId: string | null;
      /** The request's method, made safe for logs. */
      readonly method: string | undefined;
      /** The request's path, made safe for logs. */
      readonly path: string | undefined;
    };

/** Receives the events of `createAuthz`. */
export type AuthzEventListener = (event: AuthzEvent) => void;
