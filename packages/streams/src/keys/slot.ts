import { assertOption, type Options } from '@torii/core/adapter';
import { ToriiStreamError } from '../errors.ts';
import { findPublicPem } from './pem.ts';
import { type PublicKey, readPublicKey } from './rsa-key.ts';

/** What stands under a key of a store. */
export interface StoreEntry {
  /** Null where it was deleted: the revision still counts. */
  readonly value: string | null;
  readonly revision: number;
  /**
   * When it was written, by the store's own clock, in seconds since 1970. Left out by a store that does not know: a
   * rotation then goes by the clock of the machine that began it.
   */
  readonly createdAt?: number | undefined;
}

/**
 * A key-value store that counts revisions, such as NATS KV: `connectStore` of `@torii/streams/nats` makes one. Anything
 * with these two methods will do.
 */
export interface KeyStore {
  /** The newest entry, or null where there never was one, or no such bucket. Changes nothing. */
  read(bucket: string, key: string): Promise<StoreEntry | null>;
  /**
   * Writes if the newest revision is still `lastRevision`, with 0 for never written. Gives the new revision, or null where
   * somebody else was first. Must be one step of the store, not a read and then a write. Makes the bucket, with a history
   * of 1, where it is missing.
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
  /** Whether the key stands there as we write it. In another form, the gateway may not be able to read it. */
  readonly isPlain: boolean;
  readonly revision: number;
}

/** What became of a write. */
export interface Written {
  readonly revision: number;
  /** False where somebody else had written the same. */
  readonly changed: boolean;
}

/** The one place where the gateway's key stands. */
export class Slot {
  readonly bucket: string;
  readonly key: string;
  readonly #store: KeyStore;

  /** @throws ToriiConfigError */
  constructor(store: unknown, { bucket = 'TC_PUBKEYS', key = 'rails_public_key' }: Options<keyof SlotOptions>) {
    this.#store = readStore(store);
    assertOption(
      'bucket',
      typeof bucket === 'string' && /^[\w-]+$/.test(bucket),
      "is no name of a bucket: write letters, digits, '_' and '-'",
    );
    const isKey = typeof key === 'string' && /^[\w/=-]+(?:\.[\w/=-]+)*$/.test(key);
    assertOption('key', isKey, "is no name of a key: write letters, digits and '-_/=.'");
    this.bucket = bucket;
    this.key = key;
  }

  get name(): string {
    return `${this.bucket}/${this.key}`;
  }

  async read(): Promise<SlotEntry> {
    const entry = await this.#store.read(this.bucket, this.key);
    const value = entry?.value ?? '';
    const publicKey = keyFrom(value);
    const isPlain = publicKey?.pem === value;
    return { publicKey, isPlain, isEmpty: value.trim() === '', revision: entry?.revision ?? 0 };
  }

  /** Null where something else was written since `lastRevision`. */
  async tryWrite(publicKey: PublicKey, lastRevision: number): Promise<Written | null> {
    const revision = await this.#store.write(this.bucket, this.key, publicKey.pem, lastRevision);
    if (revision !== null) return { revision, changed: true };
    // It may have been this very key: by a colleague, or by a try of ours whose answer was lost.
    const entry = await this.read();
    return entry.publicKey?.pem === publicKey.pem ? { revision: entry.revision, changed: false } : null;
  }

  /** @throws ToriiStreamError `publish_conflict` where something else was written since `lastRevision` */
  async write(publicKey: PublicKey, lastRevision: number): Promise<Written> {
    const written = await this.tryWrite(publicKey, lastRevision);
    if (written !== null) return written;
    const problem = `Somebody else wrote into ${this.name} at the same moment, and was first`;
    throw new ToriiStreamError(
      'publish_conflict',
      `${problem}. Find out who publishes there besides you, and try again.`,
    );
  }
}

/** @throws ToriiConfigError for anything but a store */
export function readStore(kv: unknown): KeyStore {
  assertOption('kv', isStore(kv), "has no `read` and `write`: pass what connectStore of '@torii/streams/nats' gives");
  return kv;
}

function isStore(kv: unknown): kv is KeyStore {
  return ['read', 'write'].every((name) => typeof Reflect.get(Object(kv), name) === 'function');
}

// Whatever stands around it: in the wrong form, it is still that key.
function keyFrom(value: string): PublicKey | null {
  try {
    return readPublicKey('slot', findPublicPem(value));
  } catch {
    return null;
  }
}
