import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';

/** A key pair of an issuer, or of a stranger. Real, but only its name reaches a trace. */
export interface KeyPair {
  /** Unique, such as `a main`. */
  readonly name: string;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicJwk: JsonWebKey;
}

const issuerLetters = ['a', 'b', 'c'] as const;

const maxIssuers: number = issuerLetters.length;

/** All issuers use the `kid` of their first key, and each uses the one of its second key for two keys. */
const kidsOf = (letter: string): readonly string[] => ['main', `${letter}1`, `${letter}2`, `${letter}3`, `${letter}1`];

export const keysPerIssuer: number = kidsOf('').length;

const pairs: Map<string, KeyPair> = new Map();

function pairOf(name: string, kid: string): KeyPair {
  const known = pairs.get(name);
  if (known !== undefined) return known;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pair = { name, kid, privateKey, publicJwk: publicKey.export({ format: 'jwk' }) };
  pairs.set(name, pair);
  return pair;
}

const known: KeyPair[] = [];

/** Generated once in each thread. */
export function keyOf(issuer: number, key: number): KeyPair {
  const place = (issuer % maxIssuers) * keysPerIssuer + (key % keysPerIssuer);
  const pair = known[place] ?? makeKey(issuer, key);
  known[place] = pair;
  return pair;
}

function makeKey(issuer: number, key: number): KeyPair {
  const letter = issuerLetters[issuer % maxIssuers] ?? 'a';
  const number = key % keysPerIssuer;
  const kid = kidsOf(letter)[number] ?? 'main';
  return pairOf(number === 4 ? `${kid} anew` : `${letter} ${kid}`, kid);
}

/** A key that no issuer has ever published under its own name. */
export function strangerKey(kid: string): KeyPair {
  const { privateKey, publicJwk } = pairOf('stranger', 'stranger');
  return { name: 'stranger', kid, privateKey, publicJwk };
}

export function originOf(issuer: number): string {
  return `https://${issuerLetters[issuer % maxIssuers]}.issuer.test`;
}

/** The keys that an answer lets verify, by their `kid`, with their names. */
export type KeyNames = ReadonlyMap<string, string>;

/** Two keys of one `kid` verify nothing. */
export function namesOf(keys: readonly KeyPair[]): KeyNames {
  const names = new Map<string, string>();
  for (const { kid, name } of keys) {
    if (keys.filter((key) => key.kid === kid).length === 1) names.set(kid, name);
  }
  return names;
}
