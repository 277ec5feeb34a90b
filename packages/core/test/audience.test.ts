import { describe, expect, test, vi } from 'vitest';
import {
  authenticateRequest,
  createTokenVerifier,
  createVerifier,
  ToriiAuthError,
  type VerifierEvent,
  type VerifierEventListener,
  verifyToken,
} from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import type { AudienceOptions } from '../src/options/audience-options.ts';
import { issuer, makeKey, mint, signText } from './mint.ts';
import { outcomeOf } from './outcome.ts';

const key = await makeKey();
const keys = { keys: [key.publicJwk] };

interface Options extends AudienceOptions {
  readonly onEvent?: VerifierEventListener;
}

type Verify = (token: string, options: Options) => Promise<unknown>;

/** Every function that verifies a token. */
const ways: readonly (readonly [name: string, verify: Verify])[] = [
  ['createVerifier', async (token, options) => createVerifier({ issuer, keys, ...options }).verify(token)],
  [
    'a verifier that authenticates a request',
    async (token, options) =>
      createVerifier({ issuer, keys, ...options }).authenticate({ authorization: `Bearer ${token}` }),
  ],
  [
    'a verifier with optional auth',
    async (token, options) =>
      createVerifier({ issuer, keys, ...options }).authenticate(
        { authorization: `Bearer ${token}` },
        { optional: true },
      ),
  ],
  ['createTokenVerifier', async (token, options) => createTokenVerifier({ issuer, keys, ...options }).verify(token)],
  ['verifyToken', (token, options) => verifyToken(token, { issuer, keys, ...options })],
  [
    'authenticateRequest',
    (token, options) => authenticateRequest({ authorization: `Bearer ${token}` }, { issuer, keys, ...options }),
  ],
  [
    'createJwtVerifier',
    async (token, options) => createJwtVerifier({ jwks: keys, algorithms: ['ES256'], ...options }).verify(token),
  ],
  [
    'createJwtVerifier with an issuer',
    async (token, options) =>
      createJwtVerifier({ jwks: keys, algorithms: ['ES256'], issuer, ...options }).verify(token),
  ],
];

/** A token with claims written as JSON, for claims that an object cannot hold, such as two of one name. */
function mintJson(members: string): Promise<string> {
  const claims = `"iss":"${issuer}","sub":"user_1","pid":"env_1","iat":1,"exp":9000000000`;
  return signText(key, JSON.stringify({ alg: 'ES256', kid: key.kid }), `{${claims},${members}}`);
}

const anything = [
  '"https://elsewhere.example"',
  '"api"',
  '""',
  '["api"]',
  '["api","web"]',
  '[]',
  '[null]',
  '{}',
  '{"api":true}',
  '{"__proto__":"api"}',
  'null',
  '0',
  '1e400',
  'true',
  'false',
] as const;

describe.each(ways)('%s', (_name, verify) => {
  test.each(anything)('[39] refuses an aud of %s if no audience is configured', async (aud) => {
    expect(await outcomeOf(verify(await mintJson(`"aud":${aud}`), {}))).toBe('audience_refused');
  });

  test.each([
    ['two members of one name, the last of which is null', '"aud":"api","aud":null'],
    ['a name that is written with escapes', '"\\u0061ud":"api"'],
    ['a value that is nested 5,000 times', `"aud":${'['.repeat(5_000)}${']'.repeat(5_000)}`],
  ])('[39] refuses an aud with %s', async (_name, members) => {
    expect(await outcomeOf(verify(await mintJson(members), {}))).toBe('audience_refused');
  });

  test.each(['"AUD":"api"', '"aud ":"api"', '"__proto__":{"aud":"api"}', '"a":{"aud":"api"}', '"audience":"api"'])(
    '[39] accepts a token with the claim %s, which is no audience',
    async (members) => {
      expect(await outcomeOf(verify(await mintJson(members), {}))).toBe('accepted');
    },
  );

  test.each([
    ['"api"', 'accepted'],
    ['["web","api"]', 'accepted'],
    ['"web"', 'audience_refused'],
    ['"API"', 'audience_refused'],
    ['"api/"', 'audience_refused'],
    ['"ap"', 'audience_refused'],
    ['"api web"', 'audience_refused'],
    ['"web","aud":"cli"', 'audience_refused'],
    ['"api","aud":"web"', 'audience_refused'],
    ['["api",1]', 'claim_malformed'],
    ['["api",null]', 'claim_malformed'],
    ['[["api"]]', 'claim_malformed'],
    ['[]', 'claim_malformed'],
    ['{"0":"api","length":1}', 'claim_malformed'],
    ['{"api":true}', 'claim_malformed'],
    ['7', 'claim_malformed'],
    ['true', 'claim_malformed'],
    ['null', 'claim_missing'],
  ])('[39] answers an aud of %s with %s if the audience is `api`', async (aud, outcome) => {
    expect(await outcomeOf(verify(await mintJson(`"aud":${aud}`), { audience: 'api' }))).toBe(outcome);
  });

  test('[9] refuses a token without aud if an audience is configured', async () => {
    expect(await outcomeOf(verify(await mint(key), { audience: 'api' }))).toBe('claim_missing');
  });

  test.each([
    ['"scope":"read"', 'audience_refused'],
    ['"scope":null', 'audience_refused'],
    ['"scope":""', 'audience_refused'],
    ['"scope":false', 'audience_refused'],
    ['"sc\\u006fpe":[]', 'audience_refused'],
    ['"constructor":{}', 'audience_refused'],
    ['"Scope":"read"', 'accepted'],
    ['"scopes":"read"', 'accepted'],
    ['"a":{"scope":"read"}', 'accepted'],
    ['"__proto__":{"scope":"read"}', 'accepted'],
    ['"email":"ada@example.com"', 'accepted'],
  ])('[39] refuseClaims: %s is %s', async (members, outcome) => {
    expect(await outcomeOf(verify(await mintJson(members), { refuseClaims: ['scope', 'constructor'] }))).toBe(outcome);
  });

  test.each([
    ['"use":"session","team":1', 'accepted'],
    ['"use":false,"team":0', 'accepted'],
    ['"use":"session"', 'claim_missing'],
    ['"team":1', 'claim_missing'],
    ['"use":null,"team":1', 'claim_missing'],
    ['"use":"session","use":null,"team":1', 'claim_missing'],
    ['"Use":"session","team":1', 'claim_missing'],
    ['"a":{"use":"session"},"team":1', 'claim_missing'],
    ['"__proto__":{"use":"session"},"team":1', 'claim_missing'],
  ])('[39] requireClaims: %s is %s', async (members, outcome) => {
    expect(await outcomeOf(verify(await mintJson(members), { requireClaims: ['use', 'team'] }))).toBe(outcome);
  });

  test.each(['constructor', 'toString', 'hasOwnProperty'])(
    '[9] does not find the required claim %s in the prototype of the claims',
    async (name) => {
      expect(await outcomeOf(verify(await mint(key), { requireClaims: name }))).toBe('claim_missing');
      expect(await outcomeOf(verify(await mint(key), { refuseClaims: name }))).toBe('accepted');
      expect(await outcomeOf(verify(await mintJson(`"${name}":1`), { requireClaims: name }))).toBe('accepted');
    },
  );

  test.each(['aud', 'scope', 'plan'])('[9] ignores a claim %s in Object.prototype', async (name) => {
    const token = await mint(key);
    Object.defineProperty(Object.prototype, name, { value: 'api', configurable: true });
    try {
      expect(await outcomeOf(verify(token, { refuseClaims: 'scope' }))).toBe('accepted');
      expect(await outcomeOf(verify(token, { requireClaims: 'plan' }))).toBe('claim_missing');
      expect(await outcomeOf(verify(token, { audience: 'api' }))).toBe('claim_missing');
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  });

  test('all three options apply at once', async () => {
    const options = { audience: 'api', requireClaims: 'use', refuseClaims: 'scope' };
    expect(await outcomeOf(verify(await mint(key, { aud: 'api', use: 1 }), options))).toBe('accepted');
    expect(await outcomeOf(verify(await mint(key, { use: 1 }), options))).toBe('claim_missing');
    expect(await outcomeOf(verify(await mint(key, { aud: 'api' }), options))).toBe('claim_missing');
    expect(await outcomeOf(verify(await mint(key, { aud: 'api', use: 1, scope: 1 }), options))).toBe(
      'audience_refused',
    );
  });

  test.each<[name: string, options: object, option: string]>([
    ['a comma in a name', { refuseClaims: 'scope,plan' }, 'refuseClaims'],
    ['a space in a name', { refuseClaims: ['scope plan'] }, 'refuseClaims'],
    ['a space after a name', { requireClaims: ['plan', 'use '] }, 'requireClaims'],
    ['a line break after a name', { refuseClaims: 'scope\n' }, 'refuseClaims'],
    ['an invisible character in a name', { refuseClaims: 'scope\u200b' }, 'refuseClaims'],
    ['a byte order mark before a name', { refuseClaims: '\ufeffscope' }, 'refuseClaims'],
    ['an empty name', { refuseClaims: ['scope', ''] }, 'refuseClaims'],
    ['the required claim aud', { requireClaims: 'aud' }, 'requireClaims'],
    ['the refused claim aud', { audience: 'api', refuseClaims: ['aud'] }, 'refuseClaims'],
    ['the required claim __proto__', { requireClaims: ['__proto__'] }, 'requireClaims'],
    ['the refused claim __proto__', { refuseClaims: ['__proto__'] }, 'refuseClaims'],
    ['a refused claim that every token has', { refuseClaims: ['scope', 'exp'] }, 'refuseClaims'],
    ['the refused user id', { refuseClaims: 'sub' }, 'refuseClaims'],
    ['a claim that is required and refused', { requireClaims: ['a', 'b'], refuseClaims: ['c', 'b'] }, 'refuseClaims'],
    ['claims by value', { requireClaims: { use: 'session' } }, 'requireClaims'],
    ['a set of names', { refuseClaims: new Set(['scope']) }, 'refuseClaims'],
    ['a hole in a list', { refuseClaims: Object.assign(['scope'], { length: 2 }) }, 'refuseClaims'],
    ['an unset variable', { requireClaims: undefined }, 'requireClaims'],
  ])('[9] refuses %s in the options', async (_name, options, option) => {
    await expect(verify(await mint(key), options)).rejects.toMatchObject({ name: 'ToriiConfigError', option });
  });

  test('[39] tells the developer what was refused and what to write, and the caller neither', async () => {
    const events: VerifierEvent[] = [];
    const detailOf = async (token: string, options: AudienceOptions) => {
      const error: unknown = await verify(token, { ...options, onEvent: (event) => events.push(event) }).catch(
        (thrown: unknown) => thrown,
      );
      const event = events.at(-1);
      if (!(error instanceof ToriiAuthError) || event?.type !== 'refused') throw new Error('Nothing was refused.');
      expect(JSON.stringify(error)).not.toMatch(/elsewhere|secret-plan|use-of-token|`/);
      return event.detail;
    };
    const foreign = await mint(key, { aud: 'https://elsewhere.example' });
    expect(await detailOf(foreign, {})).toEqual({
      claim: 'aud',
      actual: 'https://elsewhere.example',
      hint: expect.stringContaining('`audience`'),
    });
    expect(await detailOf(await mint(key, { aud: ['x\n', 'y'] }), {})).toMatchObject({ actual: '["x\\n","y"]' });
    expect(await detailOf(await mint(key, { aud: await mint(key) }), {})).toMatchObject({ actual: '[withheld]' });
    expect(await detailOf(await mint(key, { aud: { nested: [1] } }), {})).toMatchObject({ actual: '{"nested":[1]}' });
    expect(await detailOf(await mint(key), { requireClaims: ['use-of-token'] })).toEqual({ claim: 'use-of-token' });
    expect(await detailOf(await mint(key, { aud: 7 }), { audience: 'api' })).toMatchObject({ claim: 'aud' });
    // Without the value: a custom claim may hold a secret.
    const planned = await mint(key, { 'secret-plan': 'a password' });
    expect(await detailOf(planned, { refuseClaims: ['secret-plan'] })).toEqual({ claim: 'secret-plan' });
  });
});

test('[39] a token for another audience causes no key fetch', async () => {
  const fetch = vi.fn(async () => Response.json(keys));
  const torii = createVerifier({ issuer, fetch, refuseClaims: 'scope', requireClaims: 'use' });
  for (const claims of [{ aud: 'x', use: 1 }, { scope: 'x', use: 1 }, {}]) {
    expect(await outcomeOf(torii.verify(await mint(key, claims)))).not.toBe('accepted');
  }
  expect(fetch).not.toHaveBeenCalled();
});

test('[11] verifiers with other required or refused claims do not share verified tokens', async () => {
  const token = await mint(key, { scope: 'read' });
  const [plain, refusing, requiring] = [{}, { refuseClaims: 'scope' }, { requireClaims: 'use' }].map((options) =>
    createVerifier({ issuer, keys, ...options }),
  );
  for (let i = 0; i < 2; i++) {
    expect(await outcomeOf(plain?.verify(token) ?? Promise.reject())).toBe('accepted');
    expect(await outcomeOf(refusing?.verify(token) ?? Promise.reject())).toBe('audience_refused');
    expect(await outcomeOf(requiring?.verify(token) ?? Promise.reject())).toBe('claim_missing');
  }
});

test('[9] a verifier does not change if its lists of claims change later', async () => {
  const [requireClaims, refuseClaims] = [['use'], ['scope']];
  const torii = createVerifier({ issuer, keys, requireClaims, refuseClaims });
  requireClaims.length = 0;
  refuseClaims.length = 0;
  expect(await outcomeOf(torii.verify(await mint(key, { use: 1, scope: 1 })))).toBe('audience_refused');
  expect(await outcomeOf(torii.verify(await mint(key)))).toBe('claim_missing');
});

test('[9] createVerifier needs pid and iat, so it cannot refuse them; createJwtVerifier can', async () => {
  for (const refuseClaims of ['iss', 'pid', 'iat']) {
    expect(() => createVerifier({ issuer, keys, refuseClaims })).toThrow(
      expect.objectContaining({ option: 'refuseClaims' }),
    );
    const jwt = createJwtVerifier({ jwks: keys, algorithms: ['ES256'], refuseClaims });
    expect(await outcomeOf(jwt.verify(await mint(key)))).toBe('audience_refused');
    expect(await outcomeOf(jwt.verify(await mint(key, { [refuseClaims]: undefined })))).toBe('accepted');
  }
  const jwt = { jwks: keys, algorithms: ['ES256'] as const };
  for (const options of [
    { issuer, refuseClaims: 'iss' },
    { claims: { userId: 'uid' }, refuseClaims: ['uid'] },
  ]) {
    expect(() => createJwtVerifier({ ...jwt, ...options })).toThrow(
      expect.objectContaining({ option: 'refuseClaims' }),
    );
  }
});
