import { type AwaitGuard, createAwaitGuard } from '@torii/core/internal';
import { type KeyStore, Slot, type SlotOptions } from './slot.ts';

/** What the store entry that the gateway reads its key from (the slot) contains. */
export interface PublishedKey {
  /** The bucket and the key of the store entry, such as `TC_PUBKEYS/rails_public_key`. */
  readonly slot: string;
  /** The id of the published key; `null` if the store entry is empty or holds something other than a key. */
  readonly keyId: string | null;
  readonly isEmpty: boolean;
  /** The store's revision of the entry. 0 if the entry was never written. */
  readonly revision: number;
}

const fields = { slot: true, keyId: true, isEmpty: true, revision: true } satisfies Record<keyof PublishedKey, true>;
const guardPublishedKey: AwaitGuard = createAwaitGuard(fields);

/**
 * Reads which key is published, for example in a health check or before a deploy. Changes nothing.
 *
 * @throws ToriiConfigError for a wrong option
 * @throws ToriiStreamError `store_unavailable`, `store_refused` or `bucket_unfit`, from the store
 */
export function readPublishedKey(kv: KeyStore, options: SlotOptions = {}): Promise<PublishedKey> {
  return guardPublishedKey(read(kv, options));
}

async function read(kv: KeyStore, options: SlotOptions): Promise<PublishedKey> {
  const slot = new Slot(kv, options);
  const { publicKey, isEmpty, revision } = await slot.read();
  return { slot: slot.name, keyId: publicKey?.keyId ?? null, isEmpty, revision };
}
