import { type Claims, isJsonObject } from '../auth.ts';
import { bytesOf } from '../bytes.ts';
import type { VerifierEventListener } from '../events.ts';
import { InitialKeySet, type InitialKeys } from '../keys/initial-key-set.ts';
import { holdsSecret, type JSONWebKeySet, type JWK, KeySetError, parseOwnKeys, problemOfKey } from '../keys/jwks.ts';
import type { Fetch } from '../keys/key-endpoint.ts';
import { shareKeySets } from '../keys/key-sources.ts';
import type { KeyCaller, KeySource } from '../keys/remote-key-set.ts';
import { loggable } from '../logs/loggable.ts';
import { type AudienceOptions, readAudienceRules } from '../options/audience-options.ts';
import { requestHints } from '../options/hints.ts';
import { isLoopback } from '../options/loopback.ts';
import { problemOfPasted } from '../options/pasted-text.ts';
import {
  assertClaimNames,
  listTexts,
  type Options,
  readFunction,
  readKnownOptions,
  readNumber,
  readText,
  readTexts,
  wrongOption,
  wrongValue,
} from '../options/reader.ts';
import {
  type RequestOptions,
  type RequestSettings,
  readRequestOptions,
  requestOptionNames,
} from '../options/request-options.ts';
import { readKeyCaller } from '../options/verify-options.ts';
import { latin1Of } from '../pem/base64.ts';
import { kindOfDer } from '../pem/der.ts';
import { cleanKeyText } from '../pem/key-text.ts';
import { isKeyMaterial, readPem } from '../pem/pem.ts';
import type { JwtClaimRules } from './claims.ts';
import { problemOfNumbers } from './key-numbers.ts';
import { fits, type KeyChoices, noKeyId, parseJwtKeySet } from './keys.ts';
import { jwkFrom } from './spki.ts';

const symmetric = ['HS256', 'HS384', 'HS512'] as const;
const rsa = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const;
const others = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const;

/** A signature algorithm (RFC 7518 3.1, RFC 8037, RFC 9864). `none` is not supported. */
export type JwtAlgorithm = (typeof symmetric)[number] | (typeof rsa)[number] | (typeof others)[number];

/** The names of claims that differ between issuers. */
export interface JwtClaimNames {
  /**
   * The name of the claim with the user id. The claim must be a non-empty string or an integer.
   * @default 'sub'
   */
  readonly userId?: string;
}

/** The options of {@link createJwtVerifier}. Required: `algorithms`, and exactly one of `secret`, `key` and `jwks`. */
export interface JwtOptions<Custom extends object = Claims> extends RequestOptions<Custom>, AudienceOptions {
  /** The accepted signature algorithms. A token that is signed with another algorithm is refused. */
  readonly algorithms: readonly [JwtAlgorithm, ...JwtAlgorithm[]];
  /**
   * The shared secret: at least 32 bytes for HS256, 48 for HS384 and 64 for HS512. A string is encoded as UTF-8. It must not
   * begin or end with white space, or be in quotes; bytes may hold anything.
   */
  readonly secret?: string | Uint8Array | undefined;
  /**
   * A public key: PEM (`-----BEGIN PUBLIC KEY-----`), also with a literal `\n`, in quotes or in base64, as environment
   * variables hold it; or a JSON Web Key, also as JSON text. The `kid` of a token has no effect.
   */
  readonly key?: string | JWK | undefined;
  /**
   * A key set, also as JSON text, or the https:// URL of a key set. The `kid` of a token selects the key. For a token without a
   * `kid`, the set must contain exactly one key for the algorithm of the token.
   */
  readonly jwks?: string | JSONWebKeySet | undefined;
  /**
   * A key set that was fetched when the app was built. Requires the URL of the key set as `jwks`. Its keys verify at once
   * after a start. The first use begins a fetch in the background, which replaces them. Without a successful fetch they are
   * used for five minutes from their first use, and not at all from one day after `fetchedAt` on.
   */
  readonly initialKeys?: InitialKeys;
  /** The accepted issuers. The `iss` claim must equal one of them exactly. By default `iss` is not checked. */
  readonly issuer?: string | readonly string[];
  /** The names of claims, if the issuer uses other names than Torii. */
  readonly claims?: JwtClaimNames;
  /**
   * How many seconds the clocks of this server and of the issuer may differ. From 0 to 300.
   * @default 30
   */
  readonly clockTolerance?: number;
  /**
   * How many seconds after the last successful fetch the keys are used if their URL cannot be reached. From 0 to 86400 (one
   * day). Keys are always used for five minutes, so a value below 300 has the same effect as 300.
   * @default 3600 (one hour)
   */
  readonly maxStaleSeconds?: number;
  /**
   * How long a fetch of the key set may take, in milliseconds. From 100 to 30000. Requests that need the keys wait for it.
   * @default 5000
   */
  readonly keysTimeoutMs?: number;
  /** The function that fetches the key set. By default `globalThis.fetch`. */
  readonly fetch?: Fetch | undefined;
}

export type JwtKeySource =
  | { readonly kind: 'secret'; readonly secret: Uint8Array }
  | { readonly kind: 'jwk'; readonly jwk: JWK }
  | { readonly kind: 'set'; readonly keys: ReadonlyMap<string, KeyChoices> }
  | { readonly kind: 'url'; readonly keys: KeySource<KeyChoices> };

export interface JwtSettings extends RequestSettings {
  readonly algorithms: ReadonlySet<string>;
  readonly source: JwtKeySource;
  readonly rules: JwtClaimRules;
  readonly keyCaller: KeyCaller;
}

const optionNames = [
  'algorithms',
  'secret',
  'key',
  'jwks',
  'initialKeys',
  'issuer',
  'audience',
  'requireClaims',
  'refuseClaims',
  'claims',
  'clockTolerance',
  'maxStaleSeconds',
  'keysTimeoutMs',
  'fetch',
  'onEvent',
  ...requestOptionNames,
] as const satisfies readonly (keyof JwtOptions)[];

type JwtOptionValues = Options<(typeof optionNames)[number]>;

const hints = {
  ...requestHints,
  algorithms: 'alg',
  key: 'jwtkey publickey',
  issuer: 'iss domain',
  audience: 'aud',
  clockTolerance: 'leeway',
};

const example = "createJwtVerifier({ secret: process.env.JWT_SECRET, algorithms: ['HS256'] })";

export function readJwtOptions(given: JwtOptions): JwtSettings {
  const options = readKnownOptions(given, optionNames, example, 'options', hints);
  const algorithms = readAlgorithms(options);
  const requestSettings = readRequestOptions(options);
  const userIdClaim = readUserIdClaim(options);
  const issuers = readTexts(options, 'issuer', "issuer: 'https://login.example.com'");
  return {
    algorithms,
    source: readSource(options, algorithms, requestSettings.emit),
    rules: {
      userIdClaim,
      issuers,
      ...readAudienceRules(options, issuers === undefined ? ['exp', userIdClaim] : ['exp', userIdClaim, 'iss']),
      clockToleranceMs: readNumber(options, 'clockTolerance', { from: 0, to: 300, absent: 30 }) * 1000,
    },
    keyCaller: readKeyCaller(options, requestSettings.emit),
    ...requestSettings,
  };
}

function readAlgorithms(options: JwtOptionValues): ReadonlySet<string> {
  const known: readonly string[] = [...symmetric, ...rsa, ...others];
  const algorithms = 'algorithms' in options ? listTexts(options, 'algorithms', "algorithms: ['HS256']") : [];
  if (algorithms.length > 0 && algorithms.every((name) => known.includes(name))) return new Set(algorithms);
  throw wrongOption('algorithms', `must be a list of signature algorithms. Write one or more of ${known.join(', ')}`);
}

// Refuses a public key for HS256 (algorithm confusion, RFC 8725 2.1): anyone could use it as the secret and sign tokens.
function readSource(
  options: JwtOptionValues,
  algorithms: ReadonlySet<string>,
  emit: VerifierEventListener,
): JwtKeySource {
  const given = ['secret', 'key', 'jwks'].filter((name) => name in options);
  const [name, second] = given;
  if (name === undefined || second !== undefined) {
    throw wrongOption('key', 'or `secret` or `jwks` is required. Set exactly one of them');
  }
  if (name !== 'jwks') refuseInitialKeys(options);
  const isSymmetric = [...algorithms].map((algorithm) => symmetric.some((known) => known === algorithm));
  if (name === 'secret') {
    if (!isSymmetric.every(Boolean))
      throw wrongOption(
        'secret',
        'can be used with HS256, HS384 and HS512 only. Use `key` or `jwks` for other algorithms',
      );
    return { kind: 'secret', secret: readSecret(options.secret, algorithms) };
  }
  if (isSymmetric.some(Boolean)) throw wrongOption(name, 'is public, but HS256, HS384 and HS512 need a `secret`');
  return name === 'key' ? readKey(options.key, algorithms) : readKeySet(options, algorithms, emit);
}

function refuseInitialKeys(options: JwtOptionValues): void {
  if (!('initialKeys' in options)) return;
  throw wrongOption('initialKeys', 'needs the URL of the key set. Write it as `jwks`, or leave `initialKeys` out');
}

// Requires a secret as long as the hash (RFC 7518 3.2). An attacker who has one token can guess a short secret offline.
function readSecret(value: unknown, algorithms: ReadonlySet<string>): Uint8Array {
  const secret = typeof value === 'string' ? new TextEncoder().encode(value) : bytesOf(value);
  if (secret === undefined || secret.length === 0) {
    throw wrongOption('secret', 'is not set. Set the environment variable that you read it from');
  }
  const isKey =
    typeof value === 'string' ? isKeyText(value) : kindOfDer(secret) !== undefined || isKeyText(latin1Of(secret));
  if (isKey)
    throw wrongOption(
      'secret',
      'is a key as PEM, JSON, DER or SSH. Anyone who has the public key could sign. Use `key`',
    );
  const problem = typeof value === 'string' ? problemOfSecret(value) : undefined;
  if (problem !== undefined) throw wrongOption('secret', `${problem}. To use the secret as it is, pass its bytes`);
  const least = Math.max(...[...algorithms].map((name) => Number(name.slice(2)) / 8));
  if (secret.length < least)
    throw wrongOption('secret', `has fewer than ${least} bytes and can be guessed. Create a longer one`);
  // Not `slice`, which shares the memory of a Buffer: if the caller wiped the Buffer, the secret would become zeros.
  return Uint8Array.from(secret);
}

// A public key as a shared secret would let anyone sign (algorithm confusion, RFC 8725 2.1).
function isKeyText(text: string): boolean {
  return isKeyMaterial(text) || jsonIn(text) !== undefined;
}

// A secret that was changed on its way through a file or variable would refuse every token.
function problemOfSecret(secret: string): string | undefined {
  if (secret === 'undefined' || secret === 'null')
    return `is the text '${secret}'. A missing value was turned into text`;
  if (/^[\s\p{C}]|[\s\p{C}]$|\\[nr]$/u.test(secret))
    return 'begins or ends with a space, a line break or an invisible character';
  if (/^(["'`]).*\1$/s.test(secret)) return 'is in quotes. Remove them: docker --env-file keeps them';
  return undefined;
}

function readKey(value: unknown, algorithms: ReadonlySet<string>): JwtKeySource {
  const isText = typeof value !== 'object' || value === null || ArrayBuffer.isView(value);
  const given = isText ? keyFromText(value, algorithms) : plainCopy<unknown>(value, 'key');
  if (!isJsonObject(given) || !Object.hasOwn(given, 'kty')) {
    const isSet = isJsonObject(given) && Object.hasOwn(given, 'keys');
    throw wrongOption('key', isSet ? 'is a key set. Use `jwks`' : noKey);
  }
  if (holdsSecret(given)) throw wrongOption('key', 'is a private or shared key. Use the public key');
  const problem = problemOfKey(given);
  if (problem !== undefined) throw wrongOption('key', `cannot be read: ${problem}`);
  if (![...algorithms].some((algorithm) => fits(given, algorithm))) {
    throw wrongOption(
      'key',
      'has the wrong type or purpose for these algorithms (`kty`, `crv`, `use`, `key_ops`, `alg`)',
    );
  }
  const wrongNumber = problemOfNumbers(given);
  if (wrongNumber !== undefined) throw wrongOption('key', wrongNumber);
  return { kind: 'jwk', jwk: given };
}

const noKey = 'must be a PEM public key or a JSON Web Key. Export a CryptoKey or KeyObject as one of them';

// Returns a JSON Web Key. PEM has no `alg`, so it must fit every algorithm.
function keyFromText(value: unknown, algorithms: ReadonlySet<string>): unknown {
  const json = typeof value === 'string' ? jsonIn(value) : undefined;
  if (json !== undefined) return json;
  const { der } = readPem('key', value, 'public', 'Pass the public key as PEM (-----BEGIN PUBLIC KEY-----)');
  const jwk = jwkFrom(der);
  if (typeof jwk === 'string') throw wrongOption('key', jwk);
  const fitting = [...algorithms].filter((algorithm) => fits(jwk, algorithm));
  if (fitting.length === algorithms.size) return jwk;
  const [kty, crv] = [jwk['kty'], jwk['crv']];
  const kind = crv === undefined ? kty : `${kty} ${crv}`;
  throw wrongOption(
    'key',
    `is one key (${kind}), and some of these algorithms need another. Use \`jwks\` for several keys`,
  );
}

// The JSON in a text such as the value of an environment variable, or `undefined` if the text is something else. The text as it
// is comes first: cleaning it would change a `kid` with an escaped character.
function jsonIn(text: string): unknown {
  return text.length > maxJsonLength ? undefined : (objectFrom(text) ?? objectFrom(cleanKeyText(text)));
}

function objectFrom(text: string): unknown {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

const maxJsonLength = 524_288;

function readKeySet(
  options: JwtOptionValues,
  algorithms: ReadonlySet<string>,
  emit: VerifierEventListener,
): JwtKeySource {
  const { jwks: given } = options;
  const jwks = (typeof given === 'string' ? jsonIn(given) : undefined) ?? given;
  if (typeof jwks === 'string') {
    const url = URL.canParse(jwks) ? new URL(jwks) : undefined;
    const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
    if (url === undefined || !isSafe || url.username !== '' || url.password !== '') {
      const problem = problemOfPasted(jwks) ?? 'must be a URL that begins with https://, or a key set';
      throw wrongOption(
        'jwks',
        `${problem}. Write jwks: 'https://login.example.com/jwks.json'. Use \`key\` for one key`,
      );
    }
    return { kind: 'url', keys: readRemoteKeys(options, jwks, algorithms, emit) };
  }
  refuseInitialKeys(options);
  const keys: unknown = typeof jwks === 'object' && jwks !== null ? Reflect.get(jwks, 'keys') : undefined;
  if (!Array.isArray(keys) || keys.length === 0)
    throw wrongValue('jwks', 'a URL as a string, or a key set', jwks, 'jwks: { keys: [{ kty, … }] }');
  const entries = plainCopy<readonly unknown[]>([...keys], 'jwks');
  try {
    return { kind: 'set', keys: parseOwnKeys({ keys: entries }, parseUsableSet(algorithms), emit) };
  } catch (cause) {
    const problem = cause instanceof KeySetError ? cause.message : 'the key set cannot be read';
    throw wrongOption('jwks', `cannot be used: ${problem}. Use the public keys, as the issuer publishes them`);
  }
}

const keySetFor = shareKeySets(parseJwtKeySet);

// Parses keys that are given as an option. If none of them can verify a token, that is known at once.
function parseUsableSet(algorithms: ReadonlySet<string>): typeof parseJwtKeySet {
  return (value, onIgnored) => {
    const keys = parseJwtKeySet(value, onIgnored);
    let problem = 'none fits the algorithms (`kty`, `crv`, `use`, `key_ops`, `alg`)';
    let isUsable = keys.size === 0;
    for (const jwk of keys.get(noKeyId)?.jwks.values() ?? []) {
      if (![...algorithms].some((algorithm) => fits(jwk, algorithm))) continue;
      const wrongNumber = problemOfNumbers(jwk);
      isUsable ||= wrongNumber === undefined;
      if (wrongNumber === undefined) continue;
      problem = `it ${wrongNumber}`;
      onIgnored({ kid: jwk.kid === undefined ? undefined : loggable(jwk.kid), problem });
    }
    if (!isUsable) throw new KeySetError(`no key can be used: ${problem}`);
    return keys;
  };
}

function readRemoteKeys(
  options: JwtOptionValues,
  url: string,
  algorithms: ReadonlySet<string>,
  emit: VerifierEventListener,
): KeySource<KeyChoices> {
  const remote = keySetFor(url, readFunction<Fetch>(options, 'fetch'));
  if (!('initialKeys' in options)) return remote;
  try {
    const given = plainCopy<unknown>(options.initialKeys, 'initialKeys');
    return new InitialKeySet(given, remote, parseUsableSet(algorithms), emit);
  } catch (cause) {
    if (!(cause instanceof KeySetError)) throw cause;
    throw wrongOption('initialKeys', `cannot be used: ${cause.message}`);
  }
}

// Copies before the checks, so that a getter or `toJSON` cannot return another key after them.
function plainCopy<Value>(value: unknown, option: string): Value {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    throw wrongOption(option, 'is not JSON. Use it as the issuer publishes it');
  }
}

function readUserIdClaim(options: JwtOptionValues): string {
  if (!('claims' in options)) return 'sub';
  const example = "claims: { userId: 'user_id' }";
  const claims = readKnownOptions(options.claims as JwtClaimNames, ['userId'], example, 'claims');
  const name = readText(claims, 'userId', example) ?? 'sub';
  assertClaimNames('userId', [name], example);
  return name;
}
