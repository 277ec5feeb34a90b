import type { RotationStep } from './rotation/step.ts';

/** What a signer, a publication or a rotation did. Never contains a token or a private key. */
export type StreamEvent =
  /** A token was minted. During a rotation, `ttlSeconds` can be less than `askedSeconds`, the requested lifetime. */
  | { readonly type: 'issued'; readonly keyId: string; readonly ttlSeconds: number; readonly askedSeconds: number }
  /** A lifetime of less than a minute was requested. The token may expire before a client on a slow network connects. */
  | { readonly type: 'lifetime_short'; readonly ttlSeconds: number }
  /**
   * A token was minted for an impersonated user. `actorId` is the impersonator, or `null` if unknown. Both are safe to log:
   * shortened, printable ASCII only, and `[withheld]` if they look like a secret.
   */
  | { readonly type: 'impersonated'; readonly userId: string; readonly actorId: string | null }
  /** The signer now signs with this key, because the gateway uses it. */
  | { readonly type: 'key_used'; readonly keyId: string }
  /**
   * The store entry that the gateway reads its key from (the slot) now holds this key. `changed` is `false` if the
   * entry already held the key.
   */
  | { readonly type: 'key_published'; readonly keyId: string; readonly revision: number; readonly changed: boolean }
  /**
   * The gateway uses another key and refuses tokens signed with `keyId`, the key that was published or that the signer
   * uses. Either a key file on the gateway overrides the published key, or this process belongs to an old release and
   * uses the old key.
   */
  | { readonly type: 'key_not_served'; readonly keyId: string; readonly servedKeyId: string | null }
  /**
   * The gateway did not answer which key it uses. A signer reports this event once per outage, not for each token.
   * `cause` is the error of the connection, such as a refused connection, DNS or a certificate. `undefined` if the gateway
   * answered.
   */
  | { readonly type: 'gateway_unavailable'; readonly problem: string; readonly cause: unknown }
  /** A rotation took a step, or has to wait for its next step. */
  | {
      readonly type: 'rotation_step';
      /** The step, or `retry` if the store or the gateway is unavailable and `Rotation.run` tries again. */
      readonly step: RotationStep | 'retry';
      /** Seconds until the next step or retry can succeed: more than 0 if `step` is `drain` or `retry`, otherwise 0. */
      readonly waitSeconds: number;
      /** One line for people: the step, or the error that causes the retry. */
      readonly summary: string;
      /** If `step` is `retry`: what caused the error, such as a refused connection. For logs. */
      readonly cause?: unknown;
      /** The whole plan as text for people, like `text` of a `RotationPlan`. If `step` is `retry`, it equals `summary`. */
      readonly text: string;
    };

export type StreamEventListener = (event: StreamEvent) => void;
