import { type Claims, isJsonObject } from '../auth.ts';
import { holdsSecret, type JSONWebKeySet, type JWK, KeySetError } from '../keys/jwks.ts';
import type { Fetch } from '../keys/key-endpoint.ts';
import { isLoopback } from '../options/loopback.ts';
import {
  listTexts,
  type Options,
  readFunction,
  readKnownOptions,
  readNumber,
  readText,
  readTexts,
  wrongOption,
} from '../options/reader.ts';
import {
  type RequestOptions,
  type RequestSettings,
  readRequestOptions,
  requestOptionNames,
} from '../options/request-options.ts';
import type { ForeignRules } from './claims.ts';
import { type ForeignKey, parseForeignKeySet, serves } from './keys.ts';

const symmetric = ['HS256', 'HS384', 'HS512'] as const;
const rsa = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const;
const others = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const;

/** How a token may be signed (RFC 7518 3.1, RFC 8037). `none` is not one of them. */
export type JwtAlgorithm = (typeof symmetric)[number] | (typeof rsa)[number] | (typeof others)[number];

/** Which claims say what. */
export interface JwtClaimNames {
  /**
   * The user's id, a text or a whole number.
   *
   * @default 'sub'
   */
  readonly userId?: string;
}

/** What {@link createJwtVerifier} takes: `algorithms`, and one of `secret`, `key` and `jwks`. */
export interface JwtOptions<Custom extends object = Claims> extends RequestOptions<Custom> {
  /** How tokens may be signed. What a token says of itself never adds to it. */
  readonly algorithms: readonly [JwtAlgorithm, ...JwtAlgorithm[]];
  /** The shared secret of HS256, HS384 or HS512: as long as the hash, at least. A text counts as UTF-8. */
  readonly secret?: string | Uint8Array | undefined;
  /** One public key: PEM (`-----BEGIN PUBLIC KEY-----`) or a JSON Web Key. Which key a token names is not looked at. */
  readonly key?: string | JWK | undefined;
  /**
   * Public keys, of which a token names one: a key set, or the URL of one. A token that names none is verified by the one
   * key that serves its algorithm, if there is exactly one.
   */
  readonly jwks?: string | JSONWebKeySet | undefined;
  /** Accepted `iss` values, to the letter. Left out, `iss` is not looked at. */
  readonly issuer?: string | readonly string[];
  /** Accepted `aud` values. Left out, `aud` is not looked at. */
  readonly audience?: string | readonly string[];
  readonly claims?: JwtClaimNames;
  /**
   * Seconds by which this clock and the issuer's may differ; at most 300.
   *
   * @default 30
   */
  readonly clockTolerance?: number;
  /**
   * Seconds for which the keys of a URL go on verifying when it cannot be reached to renew them; at most a day. They are
   * renewed every five minutes, so a value below 300 means: not at all.
   *
   * @default 3600
   */
  readonly maxStaleSeconds?: number;
  /** Fetches the key set. Left out, the platform's `fetch`. */
  readonly fetch?: Fetch | undefined;
}

/** Where the one key, or the keys, come from. */
export type JwtKeySource =
  | { readonly kind: 'secret'; readonly secret: Uint8Array }
  | { readonly kind: 'pem'; readonly pem: string }
  | { readonly kind: 'jwk'; readonly jwk: JWK }
  | { readonly kind: 'set'; readonly keys: ReadonlyMap<string, ForeignKey> }
  | { readonly kind: 'url'; readonly url: string; readonly fetch: Fetch | undefined };

export interface JwtSettings extends RequestSettings {
  readonly algorithms: ReadonlySet<string>;
  readonly source: JwtKeySource;
  readonly rules: ForeignRules;
  readonly maxStaleMs: number;
}

const optionNames = [
  'algorithms',
  'secret',
  'key',
  'jwks',
  'issuer',
  'audience',
  'claims',
  'clockTolerance',
  'maxStaleSeconds',
  'fetch',
  'onEvent',
  ...requestOptionNames,
] as const satisfies readonly (keyof JwtOptions)[];

type JwtOptionValues = Options<(typeof optionNames)[number]>;

const example = "createJwtVerifier({ secret: process.env.JWT_SECRET, algorithms: ['HS256'] })";

/** @throws ToriiConfigError naming the option and what to write instead */
export function readJwtOptions(given: JwtOptions): JwtSettings {
  const options = readKnownOptions(given, optionNames, example);
  const algorithms = readAlgorithms(options);
  return {
    algorithms,
    source: readSource(options, algorithms),
    rules: {
      userIdClaim: readUserIdClaim(options),
      issuers: readTexts(options, 'issuer', "issuer: 'https://login.example.com'"),
      audiences: readTexts(options, 'audience', "audience: 'https://api.example.com'"),
      clockToleranceMs: readNumber(options, 'clockTolerance', { from: 0, to: 300, absent: 30 }) * 1000,
    },
    maxStaleMs: readNumber(options, 'maxStaleSeconds', { from: 0, to: 86_400, absent: 3600 }) * 1000,
    ...readRequestOptions(options),
  };
}

function readAlgorithms(options: JwtOptionValues): ReadonlySet<string> {
  const known: readonly string[] = [...symmetric, ...rsa, ...others];
  const algorithms = 'algorithms' in options ? listTexts(options, 'algorithms', "algorithms: ['HS256']") : [];
  if (algorithms.length > 0 && algorithms.every((name) => known.includes(name))) return new Set(algorithms);
  throw wrongOption('algorithms', `says how tokens may be signed. Write one or more of ${known.join(', ')}`);
}

// One source of keys, and algorithms that fit it: a public key that serves as the secret of HS256 is known to everybody.
function readSource(options: JwtOptionValues, algorithms: ReadonlySet<string>): JwtKeySource {
  const given = ['secret', 'key', 'jwks'].filter((name) => name in options);
  const [name, second] = given;
  if (name === undefined || second !== undefined) {
    throw wrongOption('key', 'or `secret` or `jwks` says by what tokens are verified. Set exactly one of them');
  }
  const isSymmetric = [...algorithms].map((algorithm) => symmetric.some((known) => known === algorithm));
  if (name === 'secret') {
    if (!isSymmetric.every(Boolean))
      throw wrongOption('secret', 'serves HS256, HS384 and HS512 alone. Use `key` or `jwks`');
    return { kind: 'secret', secret: readSecret(options.secret, algorithms) };
  }
  if (isSymmetric.some(Boolean)) throw wrongOption(name, 'is public, and HS256, HS384 and HS512 need a `secret`');
  return name === 'key' ? readKey(options.key, algorithms) : readKeySet(options);
}

// RFC 7518 3.2: a key of the size of the hash, or larger. A shorter one can be guessed, away from any server.
function readSecret(value: unknown, algorithms: ReadonlySet<string>): Uint8Array {
  const secret = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  if (!(secret instanceof Uint8Array) || secret.length === 0) {
    throw wrongOption('secret', 'is not there. Set the environment variable that you read it from');
  }
  if (typeof value === 'string' && value.includes('-----BEGIN'))
    throw wrongOption('secret', 'is a key. Write it into `key`');
  const least = Math.max(...[...algorithms].map((name) => Number(name.slice(2)) / 8));
  if (secret.length < least)
    throw wrongOption('secret', `has fewer than ${least} bytes, and can be guessed. Make a longer one`);
  // Not `slice`: that of a Buffer is the same memory, and whoever wiped it would let tokens be signed with zeros.
  return Uint8Array.from(secret);
}

function readKey(value: unknown, algorithms: ReadonlySet<string>): JwtKeySource {
  if (typeof value === 'string') {
    if (value.includes('PRIVATE KEY')) throw wrongOption('key', 'is a private key. Write the public one');
    if (!/^\s*-----BEGIN PUBLIC KEY-----/.test(value))
      throw wrongOption('key', 'is not PEM: -----BEGIN PUBLIC KEY-----');
    const families = new Set([...algorithms].map((name) => (rsa.some((known) => known === name) ? 'RSA' : name)));
    if (families.size > 1) throw wrongOption('key', 'is one key, and these algorithms need several. Use `jwks`');
    if (families.has('RSA') && isSmallPem(value)) throw wrongOption('key', tooSmall);
    return { kind: 'pem', pem: value };
  }
  const jwk: unknown = plainCopy(value, 'key');
  if (!isJsonObject(jwk) || !Object.hasOwn(jwk, 'kty')) throw wrongOption('key', 'is neither PEM nor a JSON Web Key');
  if (holdsSecret(jwk)) throw wrongOption('key', 'is a private or shared key. Write the public one');
  if (![...algorithms].some((algorithm) => serves(jwk, algorithm))) {
    throw wrongOption('key', 'is of another kind than these algorithms need, or meant for something else');
  }
  if (jwk['kty'] === 'RSA' && String(jwk['n']).length < base64Length(leastRsaBytes)) throw wrongOption('key', tooSmall);
  return { kind: 'jwk', jwk };
}

/** RFC 7518 3.3: 2048 bits. */
const leastRsaBytes = 256;
const tooSmall = 'is an RSA key of fewer than 2048 bits, and can be broken. Make a larger one';

/** Without padding. */
function base64Length(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}

// The modulus alone would not fit. What is only just too small is refused by jose, token by token.
function isSmallPem(pem: string): boolean {
  const body = pem.replace(/-----[^-]*-----|[\s=]/g, '');
  return body.length < base64Length(leastRsaBytes);
}

function readKeySet(options: JwtOptionValues): JwtKeySource {
  const { jwks } = options;
  if (typeof jwks === 'string') {
    const url = URL.canParse(jwks) ? new URL(jwks) : undefined;
    const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
    if (url === undefined || !isSafe || url.username !== '' || url.password !== '') {
      throw wrongOption('jwks', 'is not a URL that begins with https://');
    }
    return { kind: 'url', url: jwks, fetch: readFunction<Fetch>(options, 'fetch') };
  }
  const keys: unknown = typeof jwks === 'object' && jwks !== null ? Reflect.get(jwks, 'keys') : undefined;
  if (!Array.isArray(keys) || keys.length === 0)
    throw wrongOption('jwks', 'is neither a URL nor { keys: [{ kty, … }] }');
  const entries = plainCopy<readonly unknown[]>([...keys], 'jwks');
  if (!entries.every((jwk) => typeof jwk === 'object' && jwk !== null))
    throw wrongOption('jwks', 'holds what is no key');
  if (entries.some((jwk) => holdsSecret(Object(jwk)))) throw wrongOption('jwks', 'holds a private or shared key');
  try {
    return { kind: 'set', keys: parseForeignKeySet({ keys: entries }) };
  } catch (cause) {
    throw wrongOption('jwks', `cannot be used: ${cause instanceof KeySetError ? cause.message : 'it cannot be read'}`);
  }
}

/** What JSON makes of it, once: no getter, and no `toJSON`, shows one key to the checks and another to their user. */
function plainCopy<Value>(value: unknown, option: string): Value {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    throw wrongOption(option, 'is not JSON. Write it as the issuer publishes it');
  }
}

function readUserIdClaim(options: JwtOptionValues): string {
  if (!('claims' in options)) return 'sub';
  const example = "claims: { userId: 'user_id' }";
  const claims = readKnownOptions(options.claims as JwtClaimNames, ['userId'], example, 'claims');
  return readText(claims, 'userId', example) ?? 'sub';
}
