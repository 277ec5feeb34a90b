import { ToriiError } from '@torii/core';

/**
 * Why a token was not minted, a key not published, or a rotation not continued. The meaning of a reason never changes.
 */
export type StreamReason =
  /** This reason and the next three: `issue` was called with a value that a token cannot contain. */
  | 'subject_invalid'
  | 'streams_invalid'
  | 'lifetime_invalid'
  | 'claims_invalid'
  /** The store entry that the gateway reads its key from (the slot) holds another key, which must not be replaced. */
  | 'slot_taken'
  /** The store entry that the gateway reads its key from (the slot) is empty, so there is no key to rotate from. */
  | 'slot_empty'
  /** Another process wrote at the same time to the store entry that the gateway reads its key from (the slot). */
  | 'publish_conflict'
  /** Another rotation is in progress, or this rotation was canceled or has already changed the key. */
  | 'rotation_conflict'
  /**
   * The bucket of the key-value store cannot be used: for example, its settings could delete the gateway's key or keep
   * an old key.
   */
  | 'bucket_unfit'
  /** The key-value store does not respond. Try again. */
  | 'store_unavailable'
  /** The key-value store refused the login, or the login lacks a permission. */
  | 'store_refused'
  /** The gateway did not answer the question which key it uses. Try again. */
  | 'gateway_unavailable'
  /** The gateway uses a different key than the one that was published for it. */
  | 'key_not_served';

/**
 * An error of this package. `denialFor` of `@torii/core` returns `undefined` for it, so your app decides how to
 * respond.
 */
export class ToriiStreamError extends ToriiError {
  protected static override readonly kinds: readonly string[] = ['ToriiStreamError', 'ToriiError'];
  override readonly name = 'ToriiStreamError';
  override readonly code = 'streams_failed';
  readonly reason: StreamReason;

  constructor(reason: StreamReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
