import { assertOption, kindOf, type Options, wrongOption } from '@torii/core/internal';
import { ToriiStreamError } from '../errors.ts';
import { findPublicPem } from './pem.ts';
import { type PublicKey, readPublicKey } from './rsa-key.ts';

/** An entry of a key-value store. */
export interface StoreEntry {
  /** The stored text; `null` for a deleted entry, which is still returned because the next write needs its revision. */
  readonly value: string | null;
  readonly revision: number;
  /**
   * When the entry was written, by the store's clock, in seconds since 1970. If your store does not know the time,
   * leave this field out: a rotation then uses the clock of the machine that began the rotation.
   */
  readonly createdAt?: number | undefined;
}

/** A key-value store with revisions: NATS KV (`connectStore` in `@torii/streams/nats`), or your own implementation. */
export interface KeyStore {
  /**
   * Returns the newest revision of the entry; `null` if the key or the bucket does not exist. Must not create the
   * bucket.
   */
  read(bucket: string, key: string): Promise<StoreEntry | null>;
  /**
   * Writes the value if the newest revision is still `lastRevision` (0 if the key was never written). Returns the new
   * revision, or `null` if another write came first. Must be atomic: a read followed by a write is not enough. If the
   * bucket does not exist, creates it so that it keeps only the newest revision (a history of 1).
   */
  write(bucket: string, key: string, value: string, lastRevision: number): Promise<number | null>;
}

/** The store entry that the gateway reads its key from (the slot). */
export interface SlotOptions {
  /**
   * The name of the bucket: letters, digits, `_` and `-`.
   *
   * @default 'TC_PUBKEYS'
   */
  readonly bucket?: string | undefined;
  /**
   * The name of the entry in the bucket.
   *
   * @default 'rails_public_key'
   */
  readonly key?: string | undefined;
}

export interface SlotEntry {
  readonly publicKey: PublicKey | null;
  readonly isEmpty: boolean;
  /**
   * Whether the stored value is exactly SPKI PEM: the gateway may not be able to read another form, such as PEM with a
   * literal `\n`.
   */
  readonly isPlain: boolean;
  readonly revision: number;
}

export interface Written {
  readonly revision: number;
  readonly changed: boolean;
}

export class Slot {
  readonly bucket: string;
  readonly key: string;
  readonly #store: KeyStore;

  constructor(store: unknown, { bucket = 'TC_PUBKEYS', key = 'rails_public_key' }: Options<keyof SlotOptions>) {
    this.#store = readStore(store);
    assertOption(
      'bucket',
      typeof bucket === 'string' && /^[\w-]+$/.test(bucket),
      "is not a valid bucket name. Use letters, digits, '_' and '-'",
    );
    const isKey = typeof key === 'string' && /^[\w/=-]+(?:\.[\w/=-]+)*$/.test(key);
    assertOption('key', isKey, "is not a valid key name. Use letters, digits and '-_/=.'");
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

  async tryWrite(publicKey: PublicKey, lastRevision: number): Promise<Written | null> {
    const revision = await this.#store.write(this.bucket, this.key, publicKey.pem, lastRevision);
    if (revision !== null) return { revision, changed: true };
    // The store refused the write. Accept that if the entry already holds this key: another process wrote it, or an
    // earlier attempt of this process succeeded but the response was lost. In another form, the gateway may not read it.
    const entry = await this.read();
    return entry.isPlain && entry.publicKey?.pem === publicKey.pem
      ? { revision: entry.revision, changed: false }
      : null;
  }

  async write(publicKey: PublicKey, lastRevision: number): Promise<Written> {
    const written = await this.tryWrite(publicKey, lastRevision);
    if (written !== null) return written;
    const problem = `Another process wrote to ${this.name} at the same time`;
    throw new ToriiStreamError('publish_conflict', `${problem}. Find out which process it was, then try again.`);
  }
}

export function readStore(kv: unknown): KeyStore {
  assertOption(
    'kv',
    isStore(kv),
    'must have the methods `read` and `write`. Pass the result of connectStore (@torii/streams/nats), after `await`',
  );
  return {
    read: async (bucket, key) => entryFrom(await kv.read(bucket, key)),
    async write(bucket, key, value, lastRevision) {
      const revision: unknown = await kv.write(bucket, key, value, lastRevision);
      if (revision === null || isRevision(revision)) return revision;
      // Without a usable answer, it is not known whether another write came first.
      throw wrongOption('kv', `has a \`write\` that returned ${kindOf(revision)}. Return the new revision, or null`);
    },
  };
}

function entryFrom(entry: unknown): StoreEntry | null {
  if (entry === undefined || entry === null) return null;
  if (isEntry(entry)) return entry;
  const remedy = 'Return null, or { value, revision } with a string or null and a whole number';
  throw wrongOption('kv', `has a \`read\` that returned ${kindOf(entry)} that is not an entry. ${remedy}`);
}

function isEntry(entry: unknown): entry is StoreEntry {
  if (typeof entry !== 'object' || entry === null) return false;
  const { value, revision, createdAt }: { value?: unknown; revision?: unknown; createdAt?: unknown } = entry;
  return (
    (value === null || typeof value === 'string') &&
    isRevision(revision) &&
    (createdAt === undefined || (typeof createdAt === 'number' && Number.isFinite(createdAt)))
  );
}

function isRevision(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isStore(kv: unknown): kv is KeyStore {
  return ['read', 'write'].every((name) => typeof Reflect.get(Object(kv), name) === 'function');
}

function keyFrom(value: string): PublicKey | null {
  try {
    return readPublicKey('slot', findPublicPem(value));
  } catch {
    return null;
  }
}
