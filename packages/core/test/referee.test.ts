import fc from 'fast-check';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createVerifier } from '../src/index.ts';
import { base64url, claimsWith, issuer, makeKey, mint, nowSeconds, signBytes, signText } from './mint.ts';
import { outcomeOf } from './outcome.ts';

// Compares this package with jose, an independent implementation. This package may be stricter than jose, for reasons that
// are listed here, but never more lenient. Bracketed numbers refer to the list of security statements.

const key = await makeKey();
const stranger = await makeKey();
const jwks = { keys: [key.publicJwk] };
const torii = createVerifier({ issuer, keys: jwks });
const keysOfJose = createLocalJWKSet(jwks);

/** The outcome of this package: `accepted`, or a reason. */
function ours(token: string): Promise<string> {
  return outcomeOf(torii.verify(token));
}

/** The outcome of jose with equivalent options: the issuer with or without a slash, ES256, and the same clock tolerance. */
async function joses(token: string): Promise<'accepted' | 'refused'> {
  const options = { issuer: [issuer, `${issuer}/`], algorithms: ['ES256'], clockTolerance: 30 };
  try {
    await jwtVerify(token, keysOfJose, options);
    return 'accepted';
  } catch {
    return 'refused';
  }
}

const header = JSON.stringify({ alg: 'ES256', kid: key.kid });
const now = nowSeconds;

/** A signed token. In the JSON of its claims, `raw` replaces the string `"@"`. */
function withRaw(claims: Record<string, unknown>, raw: string): Promise<string> {
  return signText(
    key,
    header,
    JSON.stringify(claimsWith(claims)).replace('"@"', () => raw),
  );
}

async function withSignature(change: (signature: string) => string): Promise<string> {
  const token = await mint(key);
  const at = token.lastIndexOf('.') + 1;
  return token.slice(0, at) + change(token.slice(at));
}

async function signedBytes(payload: Uint8Array): Promise<string> {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  return `${signed}.${base64url(await signBytes(key, new TextEncoder().encode(signed)))}`;
}

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The twin of a signature, which is equally valid: (r, n - s). */
function twinOf(signature: string): string {
  const bytes = Uint8Array.from(atob(signature.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const hex = Array.from(bytes.slice(32), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const other = (order - BigInt(`0x${hex}`)).toString(16).padStart(64, '0');
  return base64url(bytes.map((byte, i) => (i < 32 ? byte : Number.parseInt(other.slice(2 * i - 64, 2 * i - 62), 16))));
}

type Case = readonly [name: string, forge: () => Promise<string>];

beforeEach(() => {
  // A whole second, because jose rounds the current time to seconds.
  vi.useFakeTimers({ toFake: ['Date'], now: 1_900_000_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('both accept', () => {
  const cases: Case[] = [
    ['a plain token', () => mint(key)],
    ['a token without typ', () => mint(key, {}, { typ: undefined })],
    ['another typ', () => mint(key, {}, { typ: 'at+jwt' })],
    ['a trailing slash of the issuer', () => mint(key, { iss: `${issuer}/` })],
    [
      'jku, jwk, x5u and x5c',
      () => mint(key, {}, { jku: 'https://evil.test', jwk: stranger.publicJwk, x5u: 'x', x5c: ['x'] }),
    ],
    ['an exp 29 s ago', () => mint(key, { exp: now() - 29 })],
    ['an nbf in 30 s', () => mint(key, { nbf: now() + 30 })],
    ['an exp with a fraction of a second', () => mint(key, { exp: now() + 0.5 })],
    ['the twin signature', () => withSignature(twinOf)],
    [
      'two claims of one name',
      () => signText(key, header, JSON.stringify(claimsWith()).replace('{', '{"sub":"user_0",')),
    ],
    ['a claim __proto__', () => withRaw({ x: '@' }, '{"__proto__":{"iss":"https://evil.test"}}')],
    ['white space around the claims', () => signText(key, header, ` ${JSON.stringify(claimsWith())}\n`)],
    ['an exp in the distant future', () => withRaw({ exp: '@' }, '9007199254740991')],
    ['half of a surrogate pair, escaped', () => withRaw({ sub: '@' }, '"\\ud800"')],
  ];
  test.each(cases)('%s', async (_name, forge) => {
    const token = await forge();
    expect([await ours(token), await joses(token)]).toEqual(['accepted', 'accepted']);
  });
});

describe('both refuse', () => {
  const cases: Case[] = [
    ['the signature of another key', () => mint(stranger)],
    ['an unknown key', () => mint(key, {}, { kid: 'key-2' })],
    ['another issuer', () => mint(key, { iss: 'https://evil.test' })],
    ['two trailing slashes of the issuer', () => mint(key, { iss: `${issuer}//` })],
    ['a list of issuers', () => mint(key, { iss: [issuer] })],
    ['no issuer', () => mint(key, { iss: undefined })],
    ['an exp 30 s ago', () => mint(key, { exp: now() - 30 })],
    ['an nbf in 31 s', () => mint(key, { nbf: now() + 31 })],
    ['an exp that is a string', () => mint(key, { exp: '2000000000' })],
    ['an nbf that is a string', () => mint(key, { nbf: '1' })],
    ['an iat that is a string', () => mint(key, { iat: '1' })],
    ['the algorithm none', async () => `${base64url('{"alg":"none"}')}.${base64url(JSON.stringify(claimsWith()))}.`],
    ['ES384 over a good signature', () => mint(key, {}, { alg: 'ES384' })],
    ['HS256 over a good signature', () => mint(key, {}, { alg: 'HS256' })],
    ['no algorithm', () => mint(key, {}, { alg: undefined })],
    ['an unknown extension', () => mint(key, {}, { crit: ['x'], x: 1 })],
    ['an empty list of extensions', () => mint(key, {}, { crit: [] })],
    ['b64: false', () => mint(key, {}, { crit: ['b64'], b64: false })],
    ['two parts', async () => (await mint(key)).replace(/\.[^.]*$/, '')],
    ['four parts', async () => `${await mint(key)}.AAAA`],
    ['no signature', () => withSignature(() => '')],
    ['half a signature', () => withSignature((signature) => signature.slice(0, 43))],
    ['a signature of zeros', () => withSignature(() => base64url(new Uint8Array(64)))],
    ['a letter after the signature', () => withSignature((signature) => `${signature}A`)],
    ['claims that are a list', () => signText(key, header, '[]')],
    ['claims that are null', () => signText(key, header, 'null')],
    ['claims that are a string', () => signText(key, header, '"x"')],
    ['claims that are not JSON', () => withRaw({ exp: '@' }, 'NaN')],
    ['a header that is a list', () => signText(key, '[]', JSON.stringify(claimsWith()))],
    ['no header', async () => (await mint(key)).replace(/^[^.]*/, '')],
    [
      'a claim changed after signing',
      async () => (await mint(key)).replace(/\..*\./, `.${base64url(JSON.stringify(claimsWith({ sub: 'admin' })))}.`),
    ],
    [
      'bytes that are not UTF-8',
      () =>
        signedBytes(
          new TextEncoder().encode(JSON.stringify(claimsWith({ x: '~' }))).map((b) => (b === 0x7e ? 0xff : b)),
        ),
    ],
    ['a key id that is a number', () => mint(key, {}, { kid: 1 })],
    ['a key id that is null', () => mint(key, {}, { kid: null })],
    ['a space after the header', async () => (await mint(key)).replace('.', ' .')],
    ['padding after the header', async () => (await mint(key)).replace('.', '=.')],
  ];
  test.each(cases)('%s', async (_name, forge) => {
    const token = await forge();
    expect(await joses(token)).toBe('refused');
    expect(await ours(token)).not.toBe('accepted');
  });
});

describe('only jose accepts', () => {
  const cases: [name: string, forge: () => Promise<string>, reason: string][] = [
    ['[2] no key id, if the key set has only one key', () => mint(key, {}, { kid: undefined }), 'token_malformed'],
    ['[2] b64: true as an extension', () => mint(key, {}, { crit: ['b64'], b64: true }), 'token_malformed'],
    ['[2] b64 without crit', () => mint(key, {}, { b64: false }), 'token_malformed'],
    ['[7] no exp', () => mint(key, { exp: undefined }), 'claim_missing'],
    ['[7] no iat', () => mint(key, { iat: undefined }), 'claim_missing'],
    ['[7] an iat in the future', () => mint(key, { iat: now() + 31 }), 'token_not_yet_valid'],
    ['[7] an infinite exp', () => withRaw({ exp: '@' }, '1e400'), 'claim_malformed'],
    ['[7] an infinite iat', () => withRaw({ iat: '@' }, '-1e400'), 'claim_malformed'],
    ['[7] a negative iat', () => mint(key, { iat: -1 }), 'claim_malformed'],
    ['[7] a negative nbf', () => mint(key, { nbf: -1 }), 'claim_malformed'],
    ['[8] no sub', () => mint(key, { sub: undefined }), 'claim_missing'],
    ['[8] an empty sub', () => mint(key, { sub: '' }), 'claim_malformed'],
    ['[8] a sub that is a number', () => mint(key, { sub: 1 }), 'claim_malformed'],
    ['[8] no pid', () => mint(key, { pid: undefined }), 'claim_missing'],
    ['[8] a pid that is a list', () => mint(key, { pid: ['env_1'] }), 'claim_malformed'],
    ['[8] more than 16,384 characters', () => mint(key, { pad: 'x'.repeat(16_384) }), 'token_malformed'],
    ['[8] padding after the signature', () => withSignature((signature) => `${signature}==`), 'token_malformed'],
    [
      '[8] a space in the signature',
      () => withSignature((signature) => signature.replace(/^.{4}/, '$& ')),
      'token_malformed',
    ],
    ['[8] a newline after the signature', () => withSignature((signature) => `${signature}\n`), 'token_malformed'],
    ['[8] a malformed organization', () => mint(key, { org_id: 1 }), 'claim_malformed'],
    ['[8] a malformed actor', () => mint(key, { act: 'admin' }), 'claim_malformed'],
    ['[39] an aud without the audience option', () => mint(key, { aud: ['web', 'cli'] }), 'audience_refused'],
    [
      '[8] a byte order mark',
      () => signedBytes(new TextEncoder().encode(`\uFEFF${JSON.stringify(claimsWith())}`)),
      'token_malformed',
    ],
  ];
  test.each(cases)('%s', async (_name, forge, reason) => {
    const token = await forge();
    expect([await ours(token), await joses(token)]).toEqual([reason, 'accepted']);
  });
});

describe('an audience', () => {
  const demanding = createVerifier({ issuer, keys: jwks, audience: ['api', 'web'] });

  test.each([
    ['the right one', 'api', 'accepted', 'accepted'],
    ['one of several', ['cli', 'web'], 'accepted', 'accepted'],
    ['another', 'cli', 'audience_refused', 'refused'],
    ['an empty list', [], 'claim_malformed', 'refused'],
    ['a list in a list', [['api']], 'claim_malformed', 'refused'],
    ['an object', { api: true }, 'claim_malformed', 'refused'],
    ['null', null, 'claim_missing', 'refused'],
    ['none', undefined, 'claim_missing', 'refused'],
    ['[9] one of a list with a number in it', ['api', 1], 'claim_malformed', 'accepted'],
  ])('%s', async (_name, aud, we, they) => {
    const token = await mint(key, { aud });
    const options = { issuer, algorithms: ['ES256'], audience: ['api', 'web'] };
    const jose = jwtVerify(token, keysOfJose, options).then(
      () => 'accepted',
      () => 'refused',
    );
    expect([await outcomeOf(demanding.verify(token)), await jose]).toEqual([we, they]);
  });
});

/** The reasons for which this package may refuse a token that jose accepts, and the statements that require it. */
const stricterFor: Readonly<Record<string, string>> = {
  token_malformed: '[2] key ids and extensions, [8] size, base64url and UTF-8',
  audience_refused: '[39] aud',
  claim_missing: '[7] iat and exp, [8] sub and pid',
  claim_malformed: '[7] times, [8] sub, pid, act and organization',
  token_not_yet_valid: '[7] iat',
};

async function expectAgreement(token: string): Promise<void> {
  const [we, they] = [await ours(token), await joses(token)];
  if (we === 'accepted') expect({ token, they }).toEqual({ token, they: 'accepted' });
  else if (they === 'accepted') expect(Object.keys(stricterFor)).toContain(we);
}

describe('accepts no randomly changed token that jose refuses', () => {
  const letters = [...'ABCXYZabcxyz0189-_.=+/ \n\0é{"'];
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      '',
      0,
      -1,
      true,
      false,
      [],
      {},
      'ES256',
      'none',
      'key-1',
      issuer,
      `${issuer}/`,
      [issuer],
    ),
    fc.integer({ min: -400, max: 400 }).map((seconds) => 1_900_000_000 + seconds),
    fc.jsonValue({ maxDepth: 1 }),
  );

  test('changed in a character', async () => {
    const token = await mint(key, { nbf: now() });
    const edit = fc.constantFrom('replace', 'insert', 'remove', 'cut', 'double');
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...letters), edit, (at, letter, kind) => {
        const [before, after] = [token.slice(0, at), token.slice(at)];
        if (kind === 'insert') return expectAgreement(before + letter + after);
        if (kind === 'remove') return expectAgreement(before + after.slice(1));
        if (kind === 'cut') return expectAgreement(before);
        if (kind === 'double') return expectAgreement(before + after.charAt(0) + after);
        return expectAgreement(before + letter + after.slice(1));
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  test('changed in the last characters, whose base64url can be ambiguous', async () => {
    const token = await mint(key);
    const ends = fc.string({ unit: fc.constantFrom(...letters), maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.nat(3), ends, (cut, end) => expectAgreement(token.slice(0, token.length - cut) + end)),
      { seed: 2, numRuns: 400 },
    );
  });

  test('combined from parts of several tokens', async () => {
    const tokens = [
      await mint(key),
      await mint(key, { sub: 'user_2' }),
      await mint(stranger),
      await mint(key, { exp: 1 }),
    ];
    const parts = tokens.flatMap((token) => token.split('.'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...parts, ''), { minLength: 2, maxLength: 4 }), (chosen) =>
        expectAgreement(chosen.join('.')),
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  test('changed in a claim and signed', async () => {
    const name = fc.constantFrom(
      'iss',
      'sub',
      'pid',
      'iat',
      'exp',
      'nbf',
      'aud',
      'act',
      'org_id',
      'o',
      'jti',
      '__proto__',
    );
    await fc.assert(
      fc.asyncProperty(name, value, async (claim, changed) => {
        const claims = claimsWith();
        Object.defineProperty(claims, claim, { value: changed, enumerable: true });
        await expectAgreement(await signText(key, header, JSON.stringify(claims)));
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  test('changed in the header and signed', async () => {
    const name = fc.constantFrom(
      'alg',
      'kid',
      'typ',
      'cty',
      'crit',
      'b64',
      'jku',
      'jwk',
      'x5c',
      'zip',
      'enc',
      '__proto__',
    );
    await fc.assert(
      fc.asyncProperty(name, value, async (parameter, changed) => {
        const changedHeader = { alg: 'ES256', kid: key.kid };
        Object.defineProperty(changedHeader, parameter, { value: changed, enumerable: true });
        await expectAgreement(await signText(key, JSON.stringify(changedHeader), JSON.stringify(claimsWith())));
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  test('changed in the signature', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 70 }), (bytes) =>
        withSignature(() => base64url(bytes)).then(expectAgreement),
      ),
      { seed: 6, numRuns: 200 },
    );
  });
});
