import { ToriiError } from '@torii/core';

/** Why a stream token was not minted, a key not published, or a rotation not taken further. Never changes meaning. */
export type StreamReason =
  /** `issue`: what was asked for cannot stand in a token. */
  | 'subject_invalid'
  | 'streams_invalid'
  | 'lifetime_invalid'
  | 'claims_invalid'
  /** The slot holds a key that was not to be replaced. */
  | 'slot_taken'
  /** The slot holds nothing, so that there is nothing to rotate from. */
  | 'slot_empty'
  /** Somebody else wrote into the slot at the same moment. */
  | 'publish_conflict'
  /** Another rotation is under way. */
  | 'rotation_conflict'
  /** The bucket is there, but not fit to hold a key. */
  | 'bucket_unfit'
  /** The key-value store does not answer. Try again. */
  | 'store_unavailable'
  /** The key-value store refused the login, or what the login may do. */
  | 'store_refused'
  /** The gateway does not say which key it uses. Try again. */
  | 'gateway_unavailable'
  /** The gateway uses another key than the one in the slot. */
  | 'key_not_served';

/** Something about stream tokens or their keys went wrong. The app's to answer: core's `denialFor` passes it on. */
export class ToriiStreamError extends ToriiError {
  protected static override readonly kind: string = 'ToriiStreamError';
  override readonly name = 'ToriiStreamError';
  override readonly code = 'streams_failed';
  readonly reason: StreamReason;

  constructor(reason: StreamReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
