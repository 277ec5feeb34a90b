/** What a signer, a publisher or a rotation did. Never contains a token or a private key. */
export type StreamEvent =
  /** `ttlSeconds` is less than what was asked for while a rotation is under way. */
  | { readonly type: 'issued'; readonly keyId: string; readonly ttlSeconds: number; readonly askedSeconds: number }
  /** A lifetime under a minute was asked for: a slow network may need longer to connect. */
  | { readonly type: 'lifetime_short'; readonly ttlSeconds: number }
  /** A token for somebody in whose name an admin acts, where `impersonation` is `audit`. `actorId` is null where unknown. */
  | { readonly type: 'impersonated'; readonly userId: string; readonly actorId: string | null }
  /** From now on, tokens are signed with this key, since the gateway uses it. */
  | { readonly type: 'key_used'; readonly keyId: string }
  | { readonly type: 'key_published'; readonly keyId: string; readonly revision: number; readonly changed: boolean }
  /**
   * The gateway refuses tokens of the key that was published or is signed with: a file of its operator's shadows the
   * slot, or an old deploy's key is in use.
   */
  | { readonly type: 'key_not_served'; readonly keyId: string; readonly servedKeyId: string | null }
  | { readonly type: 'gateway_unavailable'; readonly problem: string }
  /** A step of a rotation was taken. */
  | { readonly type: 'rotation_step'; readonly step: string; readonly text: string };

export type StreamEventListener = (event: StreamEvent) => void;
