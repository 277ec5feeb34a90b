import type { KeyStore, StoreEntry } from '../src/index.ts';

/** A key-value store in memory, as an app without NATS would implement it. */
export class MemoryStore implements KeyStore {
  readonly entries = new Map<string, StoreEntry>();
  #revision = 0;

  async read(bucket: string, key: string): Promise<StoreEntry | null> {
    return this.entries.get(`${bucket}/${key}`) ?? null;
  }

  async write(bucket: string, key: string, value: string, lastRevision: number): Promise<number | null> {
    const path = `${bucket}/${key}`;
    if ((this.entries.get(path)?.revision ?? 0) !== lastRevision) return null;
    this.#revision += 1;
    this.entries.set(path, { value, revision: this.#revision });
    return this.#revision;
  }
}
