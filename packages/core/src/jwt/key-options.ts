import { isJsonObject } from '../auth.ts';
import { bytesOf } from '../bytes.ts';
import type { VerifierEventListener } from '../events.ts';
import { InitialKeySet } from '../keys/initial-key-set.ts';
import { holdsSecret, type JWK, KeySetError, parseOwnKeys, problemOfKey } from '../keys/jwks.ts';
import { shareKeySets } from '../keys/key-sources.ts';
import type { KeySource } from '../keys/remote-key-set.ts';
import { isLoopback } from '../options/loopback.ts';
import { problemOfPasted } from '../options/pasted-text.ts';
import { type Options, readFunction, wrongOption, wrongValue } from '../options/reader.ts';
import { latin1Of } from '../pem/base64.ts';
import { kindOfDer } from '../pem/der.ts';
import { cleanKeyText } from '../pem/key-text.ts';
import { isKeyMaterial, readPem } from '../pem/pem.ts';
import type { Fetch } from '../platform.ts';
import { problemOfNumbers } from './key-numbers.ts';
import { fits, type KeyChoices, noKeyId, parseJwtKeySet } from './keys.ts';
import { jwkFrom } from './spki.ts';

export type JwtKeySource =
  | { readonly kind: 'secret'; readonly secret: Uint8Array }
  | { readonly kind: 'jwk'; readonly jwk: JWK }
  | { readonly kind: 'set'; readonly keys: ReadonlyMap<string, KeyChoices> }
  | { readonly kind: 'url'; readonly keys: KeySource<KeyChoices> };

type KeyOptions = Options<'secret' | 'key' | 'jwks' | 'initialKeys' | 'fetch'>;

// Refuses a public key for HS256 (algorithm confusion, RFC 8725 2.1): anyone could use it as the secret and sign tokens.
export function readSource(
  options: KeyOptions,
  algorithms: ReadonlySet<string>,
  emit: VerifierEventListener,
): JwtKeySource {
  const given = ['secret', 'key', 'jwks'].filter((name) => name in options);
  const [name, second] = given;
  if (name === undefined || second !== undefined) {
    throw wrongOption('key', 'or `secret` or `jwks` is required. Set exactly one of them');
  }
  if (name !== 'jwks') refuseInitialKeys(options);
  const isSymmetric = [...algorithms].map((algorithm) => algorithm.startsWith('HS'));
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

function refuseInitialKeys(options: KeyOptions): void {
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

function readKeySet(options: KeyOptions, algorithms: ReadonlySet<string>, emit: VerifierEventListener): JwtKeySource {
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
      onIgnored(jwk.kid, problem);
    }
    if (!isUsable) throw new KeySetError(`no key can be used: ${problem}`);
    return keys;
  };
}

function readRemoteKeys(
  options: KeyOptions,
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
