import { demand } from './demand.ts';
import { ToriiStreamError } from './errors.ts';
import { type PublicKey, readPublicKey } from './keys.ts';

/** What stands under a key of a store. */
export interface StoreEntry {
  /** Null where it was deleted: the revision still counts. */
  readonly value: string | null;
  readonly revision: number;
}

/**
 * A key-value store that counts revisions, such as NATS KV: `connectStore` of `@torii/streams/nats` makes one. Anything
 * with these two methods will do.
 */
export interface KeyStore {
  /** The newest entry, or null where there never was one. Makes the bucket, with a history of 1, where it is missing. */
  read(bucket: string, key: string): Promise<StoreEntry | null>;
  /**
   * Writes if the newest revision is still `lastRevision`, with 0 for never written. Gives the new revision, or null where
   * somebody else was first. Must be one step of the store, not a read and then a write.
   */
  write(bucket: string, key: string, value: string, lastRevision: number): Promise<number | null>;
}

/** Where in the store the gateway looks for its key. */
export interface SlotOptions {
  /** @default 'TC_PUBKEYS' */
  readonly bucket?: string | undefined;
  /** @default 'rails_public_key' */
  readonly key?: string | undefined;
}

/** What stands in the slot. */
export interface SlotEntry {
  /** Null where nothing stands there, or what is no key. */
  readonly publicKey: PublicKey | null;
  readonly isEmpty: boolean;
  readonly revision: number;
}

/** The one place where the gateway's key stands. */
export class Slot {
  readonly bucket: string;
  readonly key: string;
  readonly #store: KeyStore;

  /** @throws ToriiConfigError */
  constructor(store: KeyStore, { bucket = 'TC_PUBKEYS', key = 'rails_public_key' }: SlotOptions) {
    const isStore = typeof store?.read === 'function' && typeof store.write === 'function';
    demand('kv', isStore, "has no `read` and `write`: pass what connectStore of '@torii/streams/nats' gives");
    demand('bucket', /^[\w-]+$/.test(bucket), "is no name of a bucket: write letters, digits, '_' and '-'");
    demand('key', /^[\w/=-]+(?:\.[\w/=-]+)*$/.test(key), "is no name of a key: write letters, digits and '-_/=.'");
    this.#store = store;
    this.bucket = bucket;
    this.key = key;
  }

  get name(): string {
    return `${this.bucket}/${this.key}`;
  }

  async read(): Promise<SlotEntry> {
    const entry = await this.#store.read(this.bucket, this.key);
    const value = entry?.value ?? '';
    return { publicKey: keyFrom(value), isEmpty: value.trim() === '', revision: entry?.revision ?? 0 };
  }

  /** @throws ToriiStreamError `publish_conflict` where something else was written since `lastRevision` */
  async write(publicKey: PublicKey, lastRevision: number): Promise<number> {
    const revision = await this.#store.write(this.bucket, this.key, publicKey.pem, lastRevision);
    if (revision !== null) return revision;
    // It may have been this very key: by a colleague, or by a try of ours whose answer was lost.
    const entry = await this.read();
    if (entry.publicKey?.keyId === publicKey.keyId) return entry.revision;
    const problem = `Somebody else wrote into ${this.name} at the same moment, and was first`;
    throw new ToriiStreamError(
      'publish_conflict',
      `${problem}. Find out who publishes there besides you, and try again.`,
    );
  }
}

function keyFrom(value: string): PublicKey | null {
  try {
    return readPublicKey('slot', value);
  } catch {
    return null;
  }
}
