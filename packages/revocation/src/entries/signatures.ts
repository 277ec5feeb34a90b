import { createMac, sha256Hex } from '#sha256';

interface SigningKey {
  readonly id: string;
  readonly mac: (text: string) => string;
}

export interface Signature {
  readonly keyId: string;
  readonly mac: string;
}

/** Signs with the first key, and accepts the signatures of all. */
export class Signatures {
  readonly #keys: ReadonlyMap<string, SigningKey>;
  readonly #first: SigningKey | undefined;

  constructor(secrets: readonly string[]) {
    const keys = secrets.map((secret) => ({ id: keyIdOf(secret), mac: createMac(secret) }));
    this.#keys = new Map(keys.map((key) => [key.id, key]));
    this.#first = keys[0];
  }

  /** Returns empty texts if there are no keys. */
  sign(text: string): Signature {
    return this.#first === undefined ? { keyId: '', mac: '' } : { keyId: this.#first.id, mac: this.#first.mac(text) };
  }

  /** Without keys, every text is accepted. */
  isGood(text: string, { keyId, mac }: Signature): boolean {
    if (this.#first === undefined) return true;
    const key = this.#keys.get(keyId);
    return key !== undefined && areEqual(key.mac(text), mac);
  }
}

// 48 bits of the hash of a secret with at least 32 characters do not help to find it.
function keyIdOf(secret: string): string {
  return sha256Hex(`torii revocation key\n${secret}`).slice(0, 12);
}

// Takes the same time for all texts of the same length, so that timing reveals nothing.
function areEqual(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}
