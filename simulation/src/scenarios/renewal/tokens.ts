import { sign } from 'node:crypto';
import { epochMs } from '../../world/virtual-process.ts';
import { type KeyPair, keyOf, strangerKey } from '../keys/key-pairs.ts';

export const issuerOrigin = 'https://issuer.test';
export const environmentId = 'env_1';

/** Whose token it is. */
export interface Identity {
  readonly user: string;
  readonly organization: string | null;
  readonly actor: string | null;
}

/** A token with what is true about it. */
export interface Token extends Identity {
  readonly text: string;
  /** The session that it was made for. `undefined` for a forged token. */
  readonly session: number | undefined;
  /** Unix seconds. */
  readonly iat: number;
  readonly exp: number;
  /** The number of the key of the issuer that has signed it. `undefined`: a stranger's. */
  readonly key: number | undefined;
}

interface TokenRequest extends Identity {
  readonly session: number | undefined;
  readonly iat: number;
  readonly exp: number;
  readonly key: number | undefined;
  /** Makes the token longer by so many characters. */
  readonly padding?: number;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Texts by their claims: signing takes as long as half of a request. */
const signed: Map<string, string> = new Map();
const maxSigned = 20_000;

function textOf(claims: object, { kid, name, privateKey }: KeyPair): string {
  const known = `${name} ${JSON.stringify(claims)}`;
  const before = signed.get(known);
  if (before !== undefined) return before;
  const content = `${encode({ alg: 'ES256', typ: 'JWT', kid })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const text = `${content}.${signature.toString('base64url')}`;
  if (signed.size >= maxSigned) signed.clear();
  signed.set(known, text);
  return text;
}

/** The tokens of one world. No two of them have the same text. */
export class Tokens {
  readonly #byText: Map<string, Token> = new Map();

  make({ padding = 0, ...request }: TokenRequest): Token {
    const { user, organization, actor, iat, exp, key } = request;
    const claims = {
      iss: issuerOrigin,
      sub: user,
      pid: environmentId,
      iat,
      exp,
      n: this.#byText.size,
      ...(organization !== null && { org_id: organization, org_role: 'org:member' }),
      ...(actor !== null && { act: { sub: actor } }),
      ...(padding > 0 && { padding: 'x'.repeat(padding) }),
    };
    const text = textOf(claims, key === undefined ? strangerKey(keyOf(0, 0).kid) : keyOf(0, key));
    const token = { ...request, text };
    this.#byText.set(text, token);
    return token;
  }

  find(text: string): Token | undefined {
    return this.#byText.get(text);
  }
}

export function isSameIdentity(one: Identity, other: Identity): boolean {
  return one.user === other.user && one.organization === other.organization && one.actor === other.actor;
}

/** By the clock of the issuer, which is right. */
export function secondsAt(nowMs: number): number {
  return Math.floor((epochMs + nowMs) / 1000);
}
