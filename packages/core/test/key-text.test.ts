import { exportPKCS8, exportSPKI, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import { ToriiConfigError } from '../src/index.ts';
import { createJwtVerifier, type JwtAlgorithm, type JwtOptions } from '../src/jwt/index.ts';
import { jwks, pairs, pem, secret, sign } from './jwt-mint.ts';
import { outcomeOf } from './outcome.ts';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

const privatePem = await exportPKCS8(pairs.RS256.privateKey);
const base64 = (text: string): string => btoa(text);
const bodyOf = (text: string): string => text.split('\n').slice(1, -1).join('').replaceAll('-', '');
const spki = Uint8Array.from(atob(bodyOf(pem)), (character) => character.charCodeAt(0));
const derText = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const block = (label: string, body: string): string => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
// The SubjectPublicKeyInfo of an RSA key of 2048 bits has 24 bytes before the RSAPublicKey.
const pkcs1 = spki.slice(24);
const utf16 = (text: string): string => [...text].map((character) => `${character}\0`).join('');

/** The outcome of creating a verifier with the key and verifying a token: `accepted`, or the option that is refused. */
async function outcomeWith(key: unknown, algorithm: JwtAlgorithm = 'RS256', signer = pairs.RS256): Promise<string> {
  let torii: ReturnType<typeof createJwtVerifier>;
  try {
    torii = createJwtVerifier({ key, algorithms: [algorithm] } as JwtOptions);
  } catch (error) {
    return refusedOption(error, key);
  }
  return outcomeOf(torii.verify(await sign(algorithm, signer.privateKey)));
}

function refusedOption(error: unknown, given: unknown): string {
  expect(error).toBeInstanceOf(ToriiConfigError);
  const { option, message, cause } = error as ToriiConfigError;
  expect(cause).toBeUndefined();
  for (const part of String(given).split(/[\s\\]+/)) if (part.length > 20) expect(message).not.toContain(part);
  return `refused: ${option}`;
}

describe('reads a public key', () => {
  test.each<[string, string]>([
    ['as PEM', pem],
    ['as PKCS#1', block('RSA PUBLIC KEY', derText(pkcs1))],
    ['with the label of another form', block('PUBLIC KEY', derText(pkcs1))],
    ['with a literal \\n', pem.replaceAll('\n', '\\n')],
    ['with a literal \\r\\n', pem.replaceAll('\n', '\\r\\n')],
    ['with a doubly escaped \\n', pem.replaceAll('\n', '\\\\n')],
    ['with a triply escaped \\n', pem.replaceAll('\n', '\\\\\\\\n')],
    ['with a literal \\n before each line break', pem.replaceAll('\n', '\\n\n')],
    ['with CRLF', pem.replaceAll('\n', '\r\n')],
    ['with CR alone', pem.replaceAll('\n', '\r')],
    ['with blank lines', pem.replaceAll('\n', '\n\n')],
    ['with a byte order mark', `\uFEFF${pem}`],
    ['with a byte order mark in quotes', `"\uFEFF${pem}"`],
    ['with leading blanks', `   ${pem}`],
    ['with leading and trailing lines', `\n \n${pem}\n\n`],
    ['indented', pem.replaceAll(/^/gm, '    ')],
    ['indented by tabs', pem.replaceAll(/^/gm, '\t')],
    ['indented by no-break spaces', pem.replaceAll(/^/gm, '\u00a0')],
    ['with a no-break space in its label', pem.replace('BEGIN PUBLIC', 'BEGIN\u00a0PUBLIC')],
    ['with zero width spaces', pem.replaceAll('\n', '\u200b\n\u200b')],
    ['with soft hyphens and joiners', pem.replaceAll('\n', '\u00ad\u200d\u2060\n')],
    ['with line separators', pem.replaceAll('\n', '\u2028')],
    ['in double quotes', `"${pem}"`],
    ['in single quotes', `'${pem.replaceAll('\n', '\\n')}'`],
    ['in backquotes', `\`${pem}\``],
    ['in typographic quotes', `“${pem}”`],
    ['in quotes in quotes', `'"${pem.replaceAll('\n', '\\n')}"'`],
    ['in quotes with a comma', `"${pem.replaceAll('\n', '\\n')}",`],
    ['as a JSON string', JSON.stringify(pem)],
    ['as a JSON string in a JSON string', JSON.stringify(JSON.stringify(pem))],
    ['as a JSON string with escaped slashes', JSON.stringify(pem).replaceAll('/', '\\/')],
    ['as a JSON string with every + escaped', JSON.stringify(pem).replaceAll('+', '\\u002B')],
    ['with spaces for line breaks', pem.replaceAll('\n', ' ')],
    ['without line breaks', pem.replaceAll('\n', '')],
    ['with a backslash at the end of each line', pem.replaceAll('\n', '\\\n')],
    ['encoded for a URL', encodeURIComponent(pem)],
    ['encoded as a form field', String(new URLSearchParams({ a: pem })).slice(2)],
    ['in base64url', pem.replaceAll('+', '-').replace(/(?<=[A-Za-z0-9-])\/(?=[A-Za-z0-9-])/g, '_')],
    ['in base64', base64(pem)],
    ['in base64 with line breaks', base64(pem).replaceAll(/.{76}/g, '$&\n')],
    ['in base64 in quotes', `"${base64(pem)}"`],
    ['in base64 without padding', base64(`${pem}\n`).replaceAll('=', '')],
    ['in base64url as a whole', base64(pem).replaceAll('+', '-').replaceAll('/', '_')],
    ['in base64, with CRLF inside', base64(pem.replaceAll('\n', '\r\n'))],
    ['in base64, with a byte order mark inside', base64(`\u00ef\u00bb\u00bf${pem}`)],
    ['in base64 of base64', base64(base64(pem))],
    ['in base64 with a prefix', `base64:${base64(pem)}`],
    ['in a data URL', `data:application/x-pem-file;base64,${base64(pem)}`],
    ['in base64 of UTF-16', base64(`\u00ff\u00fe${utf16(pem)}`)],
    ['in base64 with a literal \\n inside', base64(pem.replaceAll('\n', '\\n'))],
    ['in UTF-16 that was read as UTF-8', `\uFFFD\uFFFD${utf16(pem)}`],
    ['without its PEM lines', bodyOf(pem)],
    ['without its PEM lines, in lines', pem.split('\n').slice(1, -1).join('\n')],
    ['as a JSON Web Key in JSON', JSON.stringify(jwks.keys[0])],
    ['as a JSON Web Key in JSON with a byte order mark', `\uFEFF${JSON.stringify(jwks.keys[0], null, 2)}`],
    ['as a JSON Web Key in JSON in base64', base64(JSON.stringify(jwks.keys[0]))],
    ['as a JSON Web Key in a JSON string', JSON.stringify(JSON.stringify(jwks.keys[0]))],
  ])('%s', async (_form, key) => {
    expect(await outcomeWith(key)).toBe('accepted');
  });
});

const es384 = await generateKeyPair('ES384', { extractable: true });

describe('reads every kind of public key', () => {
  test.each<[JwtAlgorithm, Pair]>([
    ['RS512', pairs.RS256],
    ['PS256', pairs.RS256],
    ['ES256', pairs.ES256],
    ['ES384', es384],
    ['ES512', pairs.ES512],
    ['EdDSA', pairs.Ed25519],
    ['Ed25519', pairs.Ed25519],
  ])('%s', async (algorithm, pair) => {
    const text = await exportSPKI(pair.publicKey);
    const torii = createJwtVerifier({ key: text.replaceAll('\n', '\\n'), algorithms: [algorithm] });
    const token = async () => {
      const wrapped =
        algorithm === 'RS512' || algorithm === 'PS256' ? await asSigner(pair.privateKey, algorithm) : pair.privateKey;
      return sign(algorithm, wrapped);
    };
    expect(await outcomeOf(torii.verify(await token()))).toBe('accepted');
  });
});

/** The key for another algorithm of its kind: Web Crypto binds a key to one. */
async function asSigner(key: Pair['privateKey'], algorithm: 'RS512' | 'PS256'): Promise<Pair['privateKey']> {
  const bytes = await crypto.subtle.exportKey('pkcs8', key);
  const name = algorithm === 'PS256' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5';
  return crypto.subtle.importKey('pkcs8', bytes, { name, hash: `SHA-${algorithm.slice(2)}` }, false, ['sign']);
}

const ssh = `ssh-rsa ${derText(Uint8Array.of(0, 0, 0, 7, ...spki))} ada@example.com`;
const ecPem = await exportSPKI(pairs.ES256.publicKey);
const privateJwk = JSON.stringify(await crypto.subtle.exportKey('jwk', pairs.RS256.privateKey));
const lines = pem.trim().split('\n');
const compressed = `MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgAC${derText(new Uint8Array(32).fill(7))}`;
const otherKey = await exportSPKI((await generateKeyPair('RS256', { extractable: true })).publicKey);
const x25519 = block('PUBLIC KEY', `MCowBQYDK2VuAyEA${derText(new Uint8Array(32).fill(9))}`);

describe('[9] refuses at construction, without quoting it, a key', () => {
  test.each<[string, unknown]>([
    ['that is not set', undefined],
    ['that is null', null],
    ['that is empty', ''],
    ['that is empty quotes', '""'],
    ['that is a byte order mark', '\uFEFF'],
    ['that is a missing value turned into text', 'undefined'],
    ['that is null turned into text', 'null'],
    ['that is a private key', privatePem],
    ['that is a private key with a literal \\n', privatePem.replaceAll('\n', '\\n')],
    ['that is a private key in base64', base64(privatePem)],
    ['that is a private key in base64 of base64', base64(base64(privatePem))],
    ['that is a private key without its PEM lines', bodyOf(privatePem)],
    ['that is a private key with the label of a public key', privatePem.replaceAll('PRIVATE', 'PUBLIC')],
    ['that is a private key in quotes and lower case', `"${privatePem.toLowerCase()}"`],
    ['that is a public key with the label of a private key', pem.replaceAll('PUBLIC', 'PRIVATE')],
    ['that follows a private key', privatePem + pem],
    ['that precedes a private key', pem + privatePem],
    ['that precedes a private key without its PEM lines', pem + bodyOf(privatePem)],
    ['that is a private JSON Web Key in JSON', privateJwk],
    ['that is a shared JSON Web Key in JSON', JSON.stringify({ kty: 'oct', k: derText(spki) })],
    ['that is a key set', { keys: [jwks.keys[0]] }],
    ['that is a key set in JSON', JSON.stringify({ keys: [jwks.keys[0]] })],
    ['that is JSON without end', JSON.stringify(jwks.keys[0]).slice(0, -9)],
    ['that is a list in JSON', JSON.stringify([jwks.keys[0]])],
    ['that is one of two', pem + otherKey],
    ['that is twice the same', pem + pem],
    ['that follows text', `Bag Attributes\n    friendlyName: ada\n${pem}`],
    ['that follows the name of a variable', `KEY=${pem}`],
    ['that is a certificate', block('CERTIFICATE', derText(spki))],
    ['that is a certificate request', block('CERTIFICATE REQUEST', derText(spki))],
    ['that is encrypted', block('ENCRYPTED PRIVATE KEY', derText(spki))],
    ['that is encrypted in the old format', block('RSA PRIVATE KEY', `Proc-Type: 4,ENCRYPTED\n\n${derText(spki)}`)],
    ['that is a private key of OpenSSH', block('OPENSSH PRIVATE KEY', derText(spki))],
    ['that is a public key of SSH', ssh],
    [
      'that is a public key of SSH in its other format',
      `---- BEGIN SSH2 PUBLIC KEY ----\n${derText(spki)}\n---- END SSH2 PUBLIC KEY ----`,
    ],
    ['that is of PGP', block('PGP PUBLIC KEY BLOCK', derText(spki))],
    ['that is parameters', block('DH PARAMETERS', derText(spki))],
    ['that is a path', './keys/public.pem'],
    ['that is an absolute path', '/run/secrets/jwt_public_key'],
    ['that is a path on Windows', 'C:\\keys\\new.pem'],
    ['that is the name of a file', 'public.pem'],
    ['that is a URL', 'https://login.example.com/jwks.json'],
    ['that is a token', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl'],
    ['that is a shared secret', secret],
    ['that is a shared secret in base64', base64(secret)],
    ['that is bytes', new TextEncoder().encode(pem)],
    ['that is a CryptoKey', pairs.RS256.publicKey],
    ['that is a number', 7],
    ['that is only its first line', lines[0]],
    ['that lacks its last line', lines.slice(0, -1).join('\n')],
    ['that lacks its first line', lines.slice(1).join('\n')],
    ['that lacks a line', lines.toSpliced(2, 1).join('\n')],
    ['that lacks a character', pem.replace(/(?<=\n.{10})./, '')],
    ['that has no body', block('PUBLIC KEY', '')],
    ['that has a foreign character', pem.replace(/(?<=\n.{10})./, '#')],
    ['that has a header', pem.replace('-----\n', '-----\nComment: ada\n\n')],
    ['that has bytes after its end', block('PUBLIC KEY', derText(Uint8Array.of(...spki, 0)))],
    ['that is zeros', block('PUBLIC KEY', 'AAAA'.repeat(100))],
    ['that has its labels in lower case', pem.toLowerCase()],
    ['that has four dashes', pem.replaceAll('-----', '----')],
    ['that is endless', '-----BEGIN A-----'.repeat(100_000)],
    ['that is endless blanks', `${' '.repeat(20_000)}x`],
    ['that is for another algorithm', ecPem],
    ['that is for encryption', x25519],
    ['that is a compressed point', block('PUBLIC KEY', compressed)],
  ])('%s', async (_kind, key) => {
    expect(await outcomeWith(key)).toBe('refused: key');
  });

  test.each<[string, JwtAlgorithm]>([
    ['a curve of another algorithm', 'ES384'],
    ['RSA for an elliptic curve', 'ES256'],
    ['RSA for Ed25519', 'EdDSA'],
  ])('of %s', async (_kind, algorithm) => {
    expect(await outcomeWith(algorithm === 'ES384' ? ecPem : pem, algorithm)).toBe('refused: key');
  });

  test.each<[string, JwtAlgorithm, object]>([
    ['an x that is too short', 'ES256', { ...jwks.keys[1], x: 'AAAA' }],
    ['an x that is not base64url', 'ES256', { ...jwks.keys[1], x: `${'+'.repeat(43)}` }],
    ['a point that is not on the curve', 'ES256', { ...jwks.keys[1], x: 'A'.repeat(43) }],
    ['x and y exchanged', 'ES256', { ...jwks.keys[1], x: jwks.keys[1]?.y, y: jwks.keys[1]?.x }],
    ['the point at infinity', 'ES256', { ...jwks.keys[1], x: 'A'.repeat(43), y: 'A'.repeat(43) }],
    ['a point that is not on P-521', 'ES512', { ...jwks.keys[2], y: jwks.keys[2]?.x }],
    ['an Ed25519 key that is too short', 'EdDSA', { ...jwks.keys[3], x: 'AAAA' }],
    ['an exponent of 1, with which anyone can sign', 'RS256', { ...jwks.keys[0], e: 'AQ' }],
    ['an even exponent', 'RS256', { ...jwks.keys[0], e: 'AQAC' }],
    ['an exponent that is huge', 'RS256', { ...jwks.keys[0], e: jwks.keys[0]?.n }],
    ['a modulus that is not base64url', 'RS256', { ...jwks.keys[0], n: `${jwks.keys[0]?.n}+` }],
    ['a modulus of zeros and 1024 bits', 'RS256', { ...jwks.keys[0], n: 'A'.repeat(200) + 'B'.repeat(172) }],
    ['a modulus of 16,392 bits', 'RS256', { ...jwks.keys[0], n: 'w'.repeat(2732) }],
  ])('with %s, and a key set of it', async (_kind, algorithm, jwk) => {
    const signer = Object.values(pairs)[0];
    expect(await outcomeWith(jwk, algorithm, signer)).toBe('refused: key');
    expect(await outcomeWith(JSON.stringify(jwk), algorithm, signer)).toBe('refused: key');
    for (const set of [{ keys: [jwk] }, JSON.stringify({ keys: [jwk] })]) {
      const create = () => createJwtVerifier({ jwks: set as JwtOptions['jwks'], algorithms: [algorithm] });
      expect(create).toThrow(expect.objectContaining({ name: 'ToriiConfigError', option: 'jwks' }));
    }
  });
});

describe('a key set', () => {
  test.each(['', '\uFEFF', '"'])('is read from JSON text after %j', async (before) => {
    const torii = createJwtVerifier({ jwks: `${before}${JSON.stringify(jwks)}${before}`, algorithms: ['ES256'] });
    const token = await sign('ES256', pairs.ES256.privateKey, {}, { kid: 'ES256' });
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
  });

  test.each(['a\\b', 'a"b', '%20a+b', 'line\nbreak'])(
    'keeps a kid with a special character in JSON text: %j',
    async (kid) => {
      const set = JSON.stringify({ keys: [{ ...jwks.keys[1], kid }] });
      const torii = createJwtVerifier({ jwks: set, algorithms: ['ES256'] });
      expect(await outcomeOf(torii.verify(await sign('ES256', pairs.ES256.privateKey, {}, { kid })))).toBe('accepted');
    },
  );

  test.each<[string, JwtOptions['jwks']]>([
    ['no key for the algorithm', { keys: [jwks.keys[0] ?? {}] }],
    ['a key for encryption only', { keys: [{ ...jwks.keys[1], use: 'enc' }] }],
    ['JSON text without keys', '{"keys":[]}'],
    ['one key as JSON text', JSON.stringify(jwks.keys[1])],
    ['PEM', pem],
    ['a path', './jwks.json'],
  ])('[9] of %s is refused at construction', (_kind, set) => {
    const create = () => createJwtVerifier({ jwks: set, algorithms: ['ES256'] });
    expect(create).toThrow(expect.objectContaining({ name: 'ToriiConfigError', option: 'jwks' }));
  });

  test('as JSON text does not take initialKeys', () => {
    const initialKeys = { ...jwks, fetchedAt: new Date().toISOString() };
    const create = () => createJwtVerifier({ jwks: JSON.stringify(jwks), initialKeys, algorithms: ['ES256'] });
    expect(create).toThrow(expect.objectContaining({ option: 'initialKeys' }));
  });

  test('reports a key that cannot verify, and uses the others', async () => {
    const problems: unknown[] = [];
    const bad = { ...jwks.keys[1], kid: 'bad', x: 'A'.repeat(43) };
    const torii = createJwtVerifier({
      jwks: { keys: [bad, jwks.keys[1] ?? {}] },
      algorithms: ['ES256'],
      onEvent: (event) => event.type === 'key_ignored' && problems.push(event.kid),
    });
    expect(problems).toEqual(['bad']);
    const token = await sign('ES256', pairs.ES256.privateKey, {}, { kid: 'ES256' });
    expect(await outcomeOf(torii.verify(token))).toBe('accepted');
  });
});

describe('[1] [9] refuses at construction a secret', () => {
  test.each<[string, unknown]>([
    ['with a line break at its end', `${secret}\n`],
    ['with a literal \\n at its end', `${secret}\\n`],
    ['with a space before it', ` ${secret}`],
    ['with a byte order mark', `\uFEFF${secret}`],
    ['with a zero width space', `${secret}\u200b`],
    ['in quotes', `"${secret}"`],
    ['that is a missing value turned into text', 'undefined'],
    ['that is the public key', pem],
    ['that is the public key with a literal \\n', pem.replaceAll('\n', '\\n')],
    ['that is the public key in base64', base64(pem)],
    ['that is the public key without its PEM lines', bodyOf(pem)],
    ['that is the bytes of the public key', new TextEncoder().encode(pem)],
    ['that is the DER of the public key', spki],
    ['that is the public key as a JSON Web Key', JSON.stringify(jwks.keys[0])],
    ['that is a shared JSON Web Key', JSON.stringify({ kty: 'oct', k: derText(spki) })],
    ['that is a public key of SSH', ssh],
    ['that is a CryptoKey', pairs.RS256.publicKey],
  ])('%s', (_kind, value) => {
    try {
      createJwtVerifier({ secret: value, algorithms: ['HS256'] } as JwtOptions);
    } catch (error) {
      expect(refusedOption(error, value)).toBe('refused: secret');
      return;
    }
    expect.unreachable();
  });
});

describe('accepts a secret', () => {
  test.each<[string, string | Uint8Array]>([
    ['that ends with a line break, as bytes', new TextEncoder().encode(`${secret}\n`)],
    ['with a quote at one end', `"${secret}`],
    ['that begins like JSON', `{${secret}`],
    ['in hexadecimal', '0f'.repeat(32)],
    ['in base64', base64(secret)],
  ])('%s', async (_kind, value) => {
    const torii = createJwtVerifier({ secret: value, algorithms: ['HS256'] });
    const key = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    expect(await outcomeOf(torii.verify(await sign('HS256', key)))).toBe('accepted');
  });
});
