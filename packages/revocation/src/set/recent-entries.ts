import type { Auth } from '@torii/core';
import type { HeldEntry } from './held-entry.ts';

/** If there are more, a lookup in the whole set is faster. */
const maxEntries = 8;

/**
 * The latest entries that revoke more tokens than before. A token that was not revoked before them is compared only with these,
 * because a large set does not fit into the caches of a processor.
 */
export class RecentEntries {
  /** `undefined` for a change that is not an entry, such as a compaction. */
  readonly #entries: (HeldEntry | undefined)[] = new Array(maxEntries).fill(undefined);

  /** @param version Of the set, after this change. Each change has the next number. */
  note(version: number, entry: HeldEntry | undefined): void {
    this.#entries[version % maxEntries] = entry;
  }

  /**
   * Whether an entry after version `from` and up to version `to` revokes the token. `undefined`: not known, because there
   * were too many, or other changes.
   */
  revoke(auth: Auth, digest: string, from: number, to: number): boolean | undefined {
    if (to - from > maxEntries) return undefined;
    for (let version = from + 1; version <= to; version++) {
      const entry = this.#entries[version % maxEntries];
      if (entry === undefined) return undefined;
      if (revokes(entry, auth, digest)) return true;
    }
    return false;
  }
}

function revokes(entry: HeldEntry, auth: Auth, digest: string): boolean {
  const { kind, id } = entry;
  if (kind === 'token') return id === digest;
  const issuedAt = auth.issuedAt ?? Number.NEGATIVE_INFINITY;
  if (!(issuedAt < entry.before + 1)) return false;
  if (id === null) return true;
  if (kind === 'member') return id === auth.userId && entry.organizationId === auth.organization?.id;
  return (kind === 'user' && id === auth.userId) || id === auth.actor?.userId;
}
