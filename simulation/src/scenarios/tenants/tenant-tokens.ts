import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { signEs256 } from '../../world/es256.ts';
import { epochMs } from '../../world/virtual-process.ts';

export interface KeyPair {
  readonly name: string;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicJwk: JsonWebKey;
}

/** A token with what is true about it. */
export interface Token {
  /** A name for the trace. */
  readonly name: string;
  readonly text: string;
  /** The `iss` claim without its trailing slash. */
  readonly issuer: string;
  readonly tenant: number | undefined;
  readonly kid: string;
  /** The name of the key whose signature it carries, or `undefined` if the signature is wrong for every key. */
  readonly signedBy: string | undefined;
  readonly userId: string;
  readonly environmentId: string;
  readonly isImpersonated: boolean;
  /** The reasons for which it must be refused without a call of `approve`. */
  readonly flaws: readonly string[];
}

export const environments = ['env_live', 'env_test'] as const;

/** Tenants with a higher number use the keys of a lower one: keys take long to create. */
const keyOwners = 16;

const pairs: Map<string, KeyPair> = new Map();

/** Key 0 of each tenant has the same `kid`. */
export function keyOf(tenant: number, key: number): KeyPair {
  const owner = tenant % keyOwners;
  return pairOf(`t${owner} key ${key}`, key === 0 ? 'main' : `t${owner}-${key}`);
}

function pairOf(name: string, kid: string): KeyPair {
  const known = pairs.get(name);
  if (known !== undefined) return known;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pair = { name, kid, privateKey, publicJwk: publicKey.export({ format: 'jwk' }) };
  pairs.set(name, pair);
  return pair;
}

export function issuerOf(tenant: number): string {
  return `https://t${tenant}.tenant.test`;
}

const minted: Map<string, Token> = new Map();
const maxMinted = 20_000;

function remembered(name: string, make: () => Omit<Token, 'name'>): Token {
  const known = minted.get(name);
  if (known !== undefined) return known;
  if (minted.size >= maxMinted) minted.clear();
  const token = { ...make(), name };
  minted.set(name, token);
  return token;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const epochS = epochMs / 1000;
const noSignature = Buffer.alloc(64, 7).toString('base64url');

export interface TokenRequest {
  readonly tenant: number;
  readonly key: number;
  readonly user: number;
  readonly environment: number;
}

interface Variant {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly signer?: KeyPair | 'nobody';
  readonly facts?: Partial<Token>;
}

function tokenOf(what: string, { tenant, key, user, environment }: TokenRequest, variant: Variant = {}): Token {
  const pair = keyOf(tenant, key);
  const environmentId = environments[environment % environments.length] as string;
  const name = `${what} t${tenant}/${pair.kid} user ${user}${environment % 2 === 0 ? '' : ' test'}`;
  return remembered(name, () => {
    const { claims = {}, signer = pair, facts = {} } = variant;
    const userId = `user_${user}`;
    const times = { iat: epochS - 86_400, exp: epochS + 30 * 86_400 };
    const body = { sub: userId, iss: issuerOf(tenant), pid: environmentId, ...times, ...claims };
    const content = `${encode({ alg: 'ES256', typ: 'JWT', kid: pair.kid })}.${encode(body)}`;
    const signature = signer === 'nobody' ? noSignature : signEs256(content, signer.privateKey);
    return {
      text: `${content}.${signature}`,
      issuer: issuerOf(tenant),
      tenant,
      kid: pair.kid,
      signedBy: signer === 'nobody' ? undefined : signer.name,
      userId,
      environmentId,
      isImpersonated: false,
      flaws: [],
      ...facts,
    };
  });
}

export const goodToken = (given: TokenRequest): Token => tokenOf('good', given);

export const impersonatedToken = (given: TokenRequest): Token =>
  tokenOf('impersonated', given, { claims: { impersonating: true }, facts: { isImpersonated: true } });

export const slashToken = (given: TokenRequest): Token =>
  tokenOf('slash', given, { claims: { iss: `${issuerOf(given.tenant)}/` } });

export const forgedToken = (given: TokenRequest): Token => tokenOf('forged', given, { signer: 'nobody' });

/** Names one tenant, and is signed with the key of the next. */
export const foreignToken = (given: TokenRequest): Token =>
  tokenOf('foreign', given, { signer: keyOf(given.tenant + 1, given.key) });

export const expiredToken = (given: TokenRequest): Token =>
  tokenOf('expired', given, { claims: { exp: epochS - 7_200 }, facts: { flaws: ['token_expired'] } });

/** Key 2 is never published. */
export const unknownKeyToken = (given: TokenRequest): Token => tokenOf('unknown key', { ...given, key: 2 });

const oddIssuers: readonly ((issuer: string) => string)[] = [
  (issuer) => `${issuer}//`,
  (issuer) => issuer.replace('https:', 'http:'),
  (issuer) => issuer.replace('https://t', 'https://T'),
  (issuer) => issuer.replace('https://', 'https://user@'),
  (issuer) => `${issuer}:443`,
  (issuer) => `${issuer}/${'x'.repeat(500)}`,
  (issuer) => `${issuer}?a=b`,
  () => 'a tenant',
];

/** Of an issuer that could not be an issuer URL. */
export function oddToken(given: TokenRequest): Token {
  const form = given.user % oddIssuers.length;
  const iss = oddIssuers[form]?.(issuerOf(given.tenant)) ?? '';
  const facts = { issuer: iss, tenant: undefined, flaws: ['issuer_refused'] };
  return tokenOf(`odd ${form}`, given, { claims: { iss }, facts });
}

/** Of an issuer that is in no table. Anyone can write one. */
export function madeUpToken(number: number): Token {
  const issuer = `https://m${number}.made-up.test`;
  return remembered(`made up ${number}`, () => {
    const times = { iat: epochS - 86_400, exp: epochS + 30 * 86_400 };
    const body = { sub: 'user_0', iss: issuer, pid: environments[0], ...times };
    return {
      text: `${encode({ alg: 'ES256', typ: 'JWT', kid: 'main' })}.${encode(body)}.${noSignature}`,
      issuer,
      tenant: undefined,
      kid: 'main',
      signedBy: undefined,
      userId: 'user_0',
      environmentId: environments[0],
      isImpersonated: false,
      flaws: [],
    };
  });
}
