import type { RevocationKind } from '../events.ts';
import { type Entry, isSubject } from './entry.ts';
import type { Signatures } from './signatures.ts';

/** Why a text is ignored. */
export type UnreadableText = 'malformed' | 'foreign' | 'signature' | 'version';

const maxTextLength = 8_192;
const kinds: readonly RevocationKind[] = ['user', 'member', 'impersonator', 'environment', 'token'];

/** Writes and reads entries as text: `v1:<key id>:<mac>:<json>`. Without signing keys, key id and mac are empty. */
export class EntryText {
  readonly #issuer: string;
  readonly #environmentId: string;
  readonly #signatures: Signatures;

  constructor(issuer: string, environmentId: string, signatures: Signatures) {
    this.#issuer = issuer;
    this.#environmentId = environmentId;
    this.#signatures = signatures;
  }

  write({ kind, id, organizationId, before }: Entry): string {
    const [issuer, environmentId] = [this.#issuer, this.#environmentId];
    const json = JSON.stringify({ kind, ...(id !== null && { id }), organizationId, issuer, environmentId, before });
    const { keyId, mac } = this.#signatures.sign(this.#signedText(json));
    return `v1:${keyId}:${mac}:${json}`;
  }

  read(text: unknown): Entry | UnreadableText {
    if (typeof text !== 'string' || text.length > maxTextLength) return 'malformed';
    if (!text.startsWith('v1:')) return /^v\d{1,9}:/.test(text) ? 'version' : 'malformed';
    const macAt = text.indexOf(':', 3) + 1;
    const jsonAt = text.indexOf(':', macAt) + 1;
    if (macAt === 0 || jsonAt === 0) return 'malformed';
    const json = text.slice(jsonAt);
    const fields = parse(json);
    if (fields === undefined) return 'malformed';
    if (own(fields, 'issuer') !== this.#issuer || own(fields, 'environmentId') !== this.#environmentId) {
      return typeof own(fields, 'issuer') === 'string' && typeof own(fields, 'environmentId') === 'string'
        ? 'foreign'
        : 'malformed';
    }
    const signature = { keyId: text.slice(3, macAt - 1), mac: text.slice(macAt, jsonAt - 1) };
    if (!this.#signatures.isGood(this.#signedText(json), signature)) return 'signature';
    return entryFrom(fields) ?? 'malformed';
  }

  // None of the parts contains a line break: JSON escapes it, and issuer and environment id were checked.
  #signedText(json: string): string {
    return `torii revocation v1\n${this.#issuer}\n${this.#environmentId}\n${json}`;
  }
}

function parse(json: string): object | undefined {
  // JSON may contain line breaks between its tokens.
  if (!json.startsWith('{') || /[\r\n]/.test(json)) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function entryFrom(fields: object): Entry | undefined {
  const kind = kinds.find((each) => each === own(fields, 'kind'));
  const before = own(fields, 'before');
  if (kind === undefined || typeof before !== 'number' || !Number.isSafeInteger(before) || before <= 0)
    return undefined;
  const id = own(fields, 'id') ?? null;
  const organizationId = own(fields, 'organizationId') ?? undefined;
  const entry = { kind, id, organizationId, before } as Entry;
  return isSubject(entry) ? entry : undefined;
}

// Own properties only: prototype pollution must not name a user.
function own(fields: object, name: string): unknown {
  return Object.hasOwn(fields, name) ? Reflect.get(fields, name) : undefined;
}
