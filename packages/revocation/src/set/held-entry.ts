import type { Entry } from '../entries/entry.ts';
import type { RevocationKind } from '../events.ts';

/**
 * An entry in memory. There may be millions, so it has few fields, with small integers. The class has no field
 * `organizationId`: only members need one.
 */
export class HeldEntry implements Entry {
  readonly kind: RevocationKind;
  readonly id: string | null;
  before: number;
  /** When it may be forgotten, in seconds of the steady clock. */
  endsAt: number;
  /** The number of the last snapshot in which, or after which, the store sent this cut-off. 0: never. */
  generation = 0;

  constructor({ kind, id, before }: Entry, endsAt: number) {
    this.kind = kind;
    this.id = id;
    this.before = before;
    this.endsAt = endsAt;
  }

  get organizationId(): string | undefined {
    return undefined;
  }
}

export class HeldMember extends HeldEntry {
  readonly #organizationId: string;

  constructor(entry: Entry, endsAt: number) {
    super(entry, endsAt);
    this.#organizationId = entry.organizationId ?? '';
  }

  override get organizationId(): string {
    return this.#organizationId;
  }
}
