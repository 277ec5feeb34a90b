import type { Entry } from '../entries/entry.ts';
import { type HeldEntry, HeldMember } from './held-entry.ts';

const maxOrganizationIds = 10_000;

/** The entries of members. A map for each user would take more memory than the entry: most users have only one. */
export class Members {
  /** The entry of a user, or a map by organization id if the user has several. */
  readonly #byUser: Map<string, HeldMember | Map<string, HeldMember>> = new Map();
  /** Entries share one text per organization id, because organizations have many members. */
  readonly #organizationIds: Map<string, string> = new Map();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  find(userId: string, organizationId: string): HeldEntry | undefined {
    const found = this.#byUser.get(userId);
    if (isMap(found)) return found.get(organizationId);
    return found?.organizationId === organizationId ? found : undefined;
  }

  /** Call only if `find` returns `undefined`. */
  insert(userId: string, organizationId: string, entry: Entry, endsAt: number): HeldEntry {
    const id = this.#shared(organizationId);
    const held = new HeldMember({ ...entry, organizationId: id }, endsAt);
    const found = this.#byUser.get(userId);
    if (found === undefined) this.#byUser.set(userId, held);
    else if (isMap(found)) found.set(id, held);
    else
      this.#byUser.set(
        userId,
        new Map([
          [found.organizationId, found],
          [id, held],
        ]),
      );
    this.#size += 1;
    return held;
  }

  delete(userId: string, organizationId: string): void {
    if (this.find(userId, organizationId) === undefined) return;
    this.#size -= 1;
    const found = this.#byUser.get(userId);
    if (!isMap(found) || found.size === 1) this.#byUser.delete(userId);
    else found.delete(organizationId);
  }

  *values(): IterableIterator<HeldEntry> {
    for (const found of this.#byUser.values()) {
      if (isMap(found)) yield* found.values();
      else yield found;
    }
  }

  #shared(organizationId: string): string {
    const known = this.#organizationIds.get(organizationId);
    if (known !== undefined) return known;
    if (this.#organizationIds.size >= maxOrganizationIds) this.#organizationIds.clear();
    this.#organizationIds.set(organizationId, organizationId);
    return organizationId;
  }
}

function isMap(found: HeldMember | Map<string, HeldMember> | undefined): found is Map<string, HeldMember> {
  return found !== undefined && 'size' in found;
}
