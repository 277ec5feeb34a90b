import { createHmac, sign } from 'node:crypto';
import { signEs256 } from '../../world/es256.ts';
import { epochMs } from '../../world/virtual-process.ts';
import { type KeyPair, keyOf, originOf, strangerKey } from './key-pairs.ts';

/** A token with what is true about it. */
export interface Token {
  /** A name for the trace. It does not tell whether the signature is valid. */
  readonly name: string;
  readonly text: string;
  readonly issuer: number;
  readonly kid: string;
  /** The name of the key whose signature it carries, or `undefined` if the signature is wrong for every key. */
  readonly signedBy: string | undefined;
  readonly userId: string;
  readonly environmentId: string;
  readonly isImpersonated: boolean;
  /** Unix milliseconds, without any tolerance. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** The reasons for which it must be refused in any case, before a key is looked up. */
  readonly flaws: readonly string[];
}

export interface Times {
  /** Unix seconds. */
  readonly iat: number;
  readonly exp: number;
  readonly nbf?: number;
}

const epochS = epochMs / 1000;
/** Valid in every world, whatever the clocks of its processes. */
export const always: Times = { iat: epochS - 86_400, exp: epochS + 30 * 86_400 };

export const environments = ['env_live', 'env_test'] as const;

export interface TokenRequest {
  readonly issuer: number;
  readonly key: number;
  readonly user: number;
  readonly times: Times;
  readonly environment?: number;
}

const minted: Map<string, Token> = new Map();
const maxMinted = 50_000;

function remembered(name: string, make: () => Token): Token {
  const known = minted.get(name);
  if (known !== undefined) return known;
  if (minted.size >= maxMinted) minted.clear();
  const token = make();
  minted.set(name, token);
  return token;
}

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function signedText(header: unknown, claims: unknown, { privateKey }: KeyPair): string {
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${signEs256(content, privateKey)}`;
}

function claimsOf({ issuer, user, times, environment = 0 }: TokenRequest): Record<string, unknown> {
  const pid = environments[environment % environments.length];
  return { sub: `user_${user}`, iss: originOf(issuer), pid, ...times };
}

function timesText({ iat, exp, nbf }: Times): string {
  const since = (seconds: number): string => String(seconds - epochS);
  return `${since(iat)}..${since(exp)}${nbf === undefined ? '' : ` from ${since(nbf)}`}`;
}

function describe(kind: string, given: TokenRequest, kid: string): string {
  const { issuer, user, times, environment = 0 } = given;
  const place = `${originOf(issuer).slice(8, 9)}/${kid}${environment % environments.length === 0 ? '' : ' test'}`;
  return `${kind} ${place} user ${user}${times === always ? '' : ` ${timesText(times)}`}`;
}

function factsOf(given: TokenRequest, key: KeyPair): Omit<Token, 'name' | 'text'> {
  const { issuer, user, times, environment = 0 } = given;
  return {
    issuer,
    kid: key.kid,
    signedBy: key.name,
    userId: `user_${user}`,
    environmentId: environments[environment % environments.length] ?? environments[0],
    isImpersonated: false,
    // As verifiers that compare whole seconds: a fraction of a second counts as the next second.
    fromMs: Math.ceil(Math.max(times.iat, times.nbf ?? 0)) * 1000,
    untilMs: times.exp * 1000,
    flaws: [],
  };
}

const headerOf = (kid: string): object => ({ alg: 'ES256', typ: 'JWT', kid });

export function goodToken(given: TokenRequest): Token {
  const key = keyOf(given.issuer, given.key);
  const name = describe(key.name.endsWith('anew') ? 'good anew' : 'good', given, key.kid);
  return remembered(name, () => {
    return { ...factsOf(given, key), name, text: signedText(headerOf(key.kid), claimsOf(given), key) };
  });
}

export function impersonatedToken(given: TokenRequest): Token {
  const key = keyOf(given.issuer, given.key);
  const name = describe('impersonated', given, `${key.kid} ${key.name}`);
  return remembered(name, () => {
    const sign = given.user % 2 === 0 ? { act: { sub: 'admin_1' } } : { impersonating: true };
    const text = signedText(headerOf(key.kid), { ...claimsOf(given), ...sign }, key);
    return { ...factsOf(given, key), name, text, isImpersonated: true };
  });
}

/** Signed with an unknown key, under a `kid` that is in no key set. */
export function unknownKidToken(issuer: number, number: number): Token {
  const given: TokenRequest = { issuer, key: 0, user: 1, times: always };
  const key = strangerKey(`made-up-${number}`);
  const name = describe('unknown', given, key.kid);
  return remembered(name, () => {
    return { ...factsOf(given, key), name, text: signedText(headerOf(key.kid), claimsOf(given), key) };
  });
}

type Forge = (given: TokenRequest, key: KeyPair) => Partial<Token> & { readonly text: string };

function badSignature(text: string): Partial<Token> & { readonly text: string } {
  return { text, signedBy: undefined };
}

/** Forgeries that need a key to be told from a good token. */
const forgeries: Readonly<Record<string, Forge>> = {
  'signed by a stranger': (given, key) => {
    return { text: signedText(headerOf(key.kid), claimsOf(given), strangerKey(key.kid)), signedBy: 'stranger' };
  },
  'signed by another issuer': (given, key) => {
    const other = keyOf(given.issuer + 1, given.key);
    return { text: signedText(headerOf(key.kid), claimsOf(given), other), signedBy: other.name };
  },
  'signed by another key': (given, key) => {
    const other = keyOf(given.issuer, given.key + 1);
    return { text: signedText(headerOf(key.kid), claimsOf(given), other), signedBy: other.name };
  },
  // The good token itself, altered: signing again would give another signature, and caches tell tokens apart by their ends.
  'with other claims': (given) => {
    const [header, , signature] = goodToken(given).text.split('.');
    return badSignature(`${header}.${encode({ ...claimsOf(given), sub: 'admin' })}.${signature}`);
  },
  'with a later end': (given) => {
    const [header, , signature] = goodToken(given).text.split('.');
    return badSignature(`${header}.${encode({ ...claimsOf(given), exp: given.times.exp + 60 })}.${signature}`);
  },
  'with the signature of another token': (given, key) => {
    const [header, claims] = signedText(headerOf(key.kid), claimsOf(given), key).split('.');
    const other = signedText(headerOf(key.kid), claimsOf({ ...given, user: given.user + 1 }), key);
    return badSignature(`${header}.${claims}.${other.split('.')[2]}`);
  },
};

/** Tokens that must be refused without a look at any key. */
const flawed: Readonly<Record<string, Forge>> = {
  'of algorithm none': (given, { kid }) => {
    return flaw(`${encode({ alg: 'none', kid })}.${encode(claimsOf(given))}.`, 'token_malformed', 'algorithm_refused');
  },
  'of algorithm HS256': (given, { kid, publicJwk }) => {
    const content = `${encode({ alg: 'HS256', kid })}.${encode(claimsOf(given))}`;
    const mac = createHmac('sha256', JSON.stringify(publicJwk)).update(content).digest('base64url');
    return flaw(`${content}.${mac}`, 'algorithm_refused');
  },
  'with a critical extension': (given, key) => {
    return flaw(signedText({ ...headerOf(key.kid), crit: ['exp'] }, claimsOf(given), key), 'token_malformed');
  },
  'of a foreign issuer': (given, key) => {
    const claims = { ...claimsOf(given), iss: `${originOf(given.issuer)}.evil.test` };
    return flaw(signedText(headerOf(key.kid), claims, key), 'issuer_refused');
  },
  'of a list of issuers': (given, key) => {
    return flaw(
      signedText(headerOf(key.kid), { ...claimsOf(given), iss: [originOf(given.issuer)] }, key),
      'claim_malformed',
    );
  },
  'for another audience': (given, key) => {
    return flaw(signedText(headerOf(key.kid), { ...claimsOf(given), aud: 'other' }, key), 'audience_refused');
  },
  'without exp': (given, key) => {
    const { exp, ...claims } = claimsOf(given);
    return flaw(signedText(headerOf(key.kid), claims, key), 'claim_missing');
  },
  'that never expires': (given, key) => {
    const { exp, ...claims } = claimsOf(given);
    const text = `${JSON.stringify(claims).slice(0, -1)},"exp":1e400}`;
    return flaw(signedText(headerOf(key.kid), text, key), 'claim_malformed');
  },
  'without a user': (given, key) => {
    return flaw(signedText(headerOf(key.kid), { ...claimsOf(given), sub: '' }, key), 'claim_malformed');
  },
  'without a kid': (given, key) => {
    return flaw(signedText({ alg: 'ES256', typ: 'JWT' }, claimsOf(given), key), 'token_malformed');
  },
  'with a signature of zeros': (given, key) => {
    const [header, claims] = signedText(headerOf(key.kid), claimsOf(given), key).split('.');
    return flaw(`${header}.${claims}.${Buffer.alloc(64).toString('base64url')}`, 'signature_invalid');
  },
  'with a DER signature': (given, key) => {
    const content = `${encode(headerOf(key.kid))}.${encode(claimsOf(given))}`;
    const der = sign('sha256', Buffer.from(content), key.privateKey);
    return flaw(`${content}.${der.toString('base64url')}`, 'signature_invalid');
  },
};

function flaw(text: string, ...flaws: readonly string[]): Partial<Token> & { readonly text: string } {
  return { text, flaws };
}

const all: readonly (readonly [string, Forge])[] = [...Object.entries(forgeries), ...Object.entries(flawed)];

export const forgeryCount: number = all.length;

export function forgedToken(given: TokenRequest, kind: number): Token {
  const [what, forge] = all[kind % all.length] ?? ['', () => ({ text: '' })];
  const key = keyOf(given.issuer, given.key);
  const name = `${describe('forged', given, `${key.kid} ${key.name}`)} ${what}`;
  return remembered(name, () => ({ ...factsOf(given, key), name, ...forge(given, key) }));
}
