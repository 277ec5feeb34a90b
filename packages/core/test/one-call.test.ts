import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type Auth,
  authenticateRequest,
  authorize,
  type Check,
  isAuth,
  type RevocationSource,
  type VerifierEvent,
  type VerifierOptions,
  verifyToken,
} from '../src/index.ts';
import { tokenDigestOf } from '../src/token/token-digest.ts';
import { makeKeyEndpoint } from './key-endpoint.ts';
import { makeKey, mint, nowSeconds } from './mint.ts';
import { outcomeOf } from './outcome.ts';
import { makeSource } from './revocation-source.ts';

// `verifyToken` and `authenticateRequest` keep the verifiers of the options that were used last. A verifier that is found for
// other options could accept a token that these options refuse. Bracketed numbers refer to the list of security statements.

const [key, otherKey] = await Promise.all([makeKey('one'), makeKey('two')]);
let endpoint = makeKeyEndpoint(key);
let issuer = '';
let count = 0;

beforeEach(() => {
  // No test finds what another one has left.
  issuer = `https://one-call-${++count}.torii.test`;
  endpoint = makeKeyEndpoint(key);
  vi.stubGlobal('fetch', endpoint.fetch);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Call = (token: string, options: VerifierOptions) => Promise<Auth | null>;
const viaRequest: Call = (token, options) => authenticateRequest({ authorization: `Bearer ${token}` }, options);
const forms: readonly (readonly [string, Call])[] = [
  ['verifyToken', (token, options) => verifyToken(token, options)],
  ['authenticateRequest', viaRequest],
];

const mintHere = (claims: Record<string, unknown> = {}) => mint(key, { iss: issuer, ...claims });

/** Whether a second call finds what a first one has verified: then it returns the same object. */
async function isFound(call: Call, options: () => VerifierOptions, claims = {}): Promise<boolean> {
  const token = await mintHere(claims);
  const first = await call(token, options());
  return (await call(token, options())) === first;
}

describe.each(forms)('%s', (_name, call) => {
  test('verifies a token once for the same options', async () => {
    expect(await isFound(call, () => ({ issuer }))).toBe(true);
    expect(await isFound(call, () => ({ issuer: [issuer, 'https://b.torii.test'], clockTolerance: 10 }))).toBe(true);
    expect(endpoint.urls).toHaveLength(1);
  });

  test.each([
    { audience: ['a', 'b'] },
    { requireClaims: ['plan'] },
    { refuseClaims: ['scope'] },
    { environmentId: ['env_1', 'env_2'] },
  ])('finds a list with the same items: %o', async (lists) => {
    const options = () => ({ issuer, audience: 'a', ...structuredClone(lists) });
    expect(await isFound(call, options, { aud: 'a', plan: 'pro' })).toBe(true);
  });

  test('ignores the order of the options, but not that of a list', async () => {
    const token = await mintHere();
    const first = await call(token, { issuer, clockTolerance: 10 });
    expect(await call(token, { clockTolerance: 10, issuer })).toBe(first);
    const other = 'https://b.torii.test';
    const listed = await call(token, { issuer: [issuer, other] });
    expect(await call(token, { issuer: [other, issuer] })).not.toBe(listed);
  });

  test.each<[string, (options: VerifierOptions) => VerifierOptions, Record<string, unknown>, string]>([
    ['another audience', (all) => ({ ...all, audience: 'b' }), { aud: 'a' }, 'audience_refused'],
    ['no audience', ({ audience: _, ...all }) => all, { aud: 'a' }, 'audience_refused'],
    ['a required claim', (all) => ({ ...all, requireClaims: ['plan'] }), { aud: 'a' }, 'claim_missing'],
    ['a refused claim', (all) => ({ ...all, refuseClaims: 'scope' }), { aud: 'a', scope: '' }, 'audience_refused'],
    ['an environment', (all) => ({ ...all, environmentId: 'env_2' }), { aud: 'a' }, 'environment_refused'],
    ['another issuer', (all) => ({ ...all, issuer: 'https://b.torii.test' }), { aud: 'a' }, 'issuer_refused'],
    ['less tolerance', (all) => ({ ...all, clockTolerance: 0 }), { aud: 'a', exp: 1 }, 'token_expired'],
  ])('[9] refuses by the options of this call: %s', async (_what, change, claims, reason) => {
    const expires = claims['exp'] === 1 ? { exp: nowSeconds() - 10 } : {};
    const token = await mintHere({ ...claims, ...expires });
    const accepting = { issuer, audience: 'a' };
    for (let i = 0; i < 3; i++) {
      expect(await outcomeOf(call(token, { ...accepting }))).toBe('accepted');
      expect(await outcomeOf(call(token, change({ ...accepting })))).toBe(reason);
    }
  });

  test('notices each change of a list that was passed before', async () => {
    const issuers = [issuer];
    const requireClaims: string[] = ['sub'];
    const options = { issuer: issuers, requireClaims };
    const token = await mintHere();
    expect(await outcomeOf(call(token, options))).toBe('accepted');
    requireClaims.push('plan');
    expect(await outcomeOf(call(token, options))).toBe('claim_missing');
    requireClaims.length = 1;
    expect(await outcomeOf(call(token, options))).toBe('accepted');
    issuers[0] = 'https://b.torii.test';
    expect(await outcomeOf(call(token, options))).toBe('issuer_refused');
    issuers.length = 0;
    await expect(call(token, options)).rejects.toMatchObject({ option: 'issuer' });
  });

  test('[4, 9] keeps nothing for keys, for initialKeys and for an option that is undefined', async () => {
    const keys = { keys: [key.publicJwk] };
    const initialKeys = { ...keys, fetchedAt: new Date().toISOString() };
    expect(await isFound(call, () => ({ issuer, keys }))).toBe(false);
    expect(await isFound(call, () => ({ issuer, initialKeys }))).toBe(false);
    Object.freeze(keys);
    Object.freeze(initialKeys);
    for (let i = 0; i < 3; i++) {
      expect(await isFound(call, () => ({ issuer, keys }))).toBe(false);
      expect(await isFound(call, () => ({ issuer, initialKeys }))).toBe(false);
    }
    expect(await isFound(call, () => ({ issuer, fetch: undefined }))).toBe(false);
    expect(await isFound(call, () => ({ issuer, onEvent: undefined }))).toBe(false);
    const token = await mintHere();
    const withKeys = { issuer, keys: { keys: [key.publicJwk] } };
    expect(await outcomeOf(call(token, withKeys))).toBe('accepted');
    withKeys.keys.keys = [{ ...otherKey.publicJwk, kid: 'one' }];
    expect(await outcomeOf(call(token, withKeys))).toBe('signature_invalid');
  });

  test('throws for wrong options each time, also after a call with right ones', async () => {
    const token = await mintHere();
    const wrong: unknown[] = [
      { issuer, audience: undefined },
      { issuer, audience: [] },
      { issuer, clockTolerance: Number.NaN },
      { issuer, cachedTokens: -1 },
      { issuer, unknown: true },
      { issuer: undefined },
      { issuer, environmentId: null },
      { issuer, fetch: 'text' },
      {},
      null,
      undefined,
      [issuer],
      'text',
    ];
    for (let i = 0; i < 3; i++) {
      expect(await outcomeOf(call(token, { issuer }))).toBe('accepted');
      for (const options of wrong) {
        await expect(call(token, options as VerifierOptions)).rejects.toMatchObject({ name: 'ToriiConfigError' });
      }
    }
  });

  test('[12] drops a token whose key was withdrawn', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const token = await mintHere({ exp: nowSeconds() + 3600 });
    for (let i = 0; i < 2; i++) expect(await outcomeOf(call(token, { issuer }))).toBe('accepted');
    endpoint.publish(otherKey);
    vi.setSystemTime(Date.now() + 300_000);
    expect(await outcomeOf(call(token, { issuer }))).toBe('key_unknown');
  });

  test('[11] refuses a remembered token from its end on', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const exp = nowSeconds() + 60;
    const token = await mintHere({ exp });
    for (let i = 0; i < 2; i++) expect(await outcomeOf(call(token, { issuer, clockTolerance: 10 }))).toBe('accepted');
    vi.setSystemTime((exp + 10) * 1000 - 1);
    expect(await outcomeOf(call(token, { issuer, clockTolerance: 10 }))).toBe('accepted');
    vi.setSystemTime((exp + 10) * 1000);
    expect(await outcomeOf(call(token, { issuer, clockTolerance: 10 }))).toBe('token_expired');
  });

  test('with cachedTokens: 0, verifies each time', async () => {
    expect(await isFound(call, () => ({ issuer, cachedTokens: 0 }))).toBe(false);
    expect(await isFound(call, () => ({ issuer, cachedTokens: 1 }))).toBe(true);
  });

  test('[4] a thousand concurrent first calls cause one fetch', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, n) => mintHere({ sub: `user_${n}` })));
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => call(tokens[n % 20] ?? '', { issuer })));
    expect(endpoint.urls).toHaveLength(1);
  });

  test('[4] does not find the keys and tokens of another fetch function', async () => {
    const mine = makeKeyEndpoint(key);
    const yours = makeKeyEndpoint(otherKey);
    const token = await mintHere();
    for (let i = 0; i < 4; i++) {
      expect(await outcomeOf(call(token, { issuer, fetch: mine.fetch }))).toBe('accepted');
      expect(await outcomeOf(call(token, { issuer, fetch: yours.fetch }))).toBe('key_unknown');
      expect(await outcomeOf(call(token, { issuer }))).toBe('accepted');
    }
    expect(mine.urls).toHaveLength(1);
  });

  test('forgets the options that were used longest ago', async () => {
    const token = await mintHere();
    const auths: (Auth | null)[] = [];
    for (let n = 0; n < 8; n++) auths.push(await call(token, { issuer, clockTolerance: n }));
    expect(await call(token, { issuer, clockTolerance: 0 })).toBe(auths[0]);
    await call(token, { issuer, clockTolerance: 8 });
    expect(await call(token, { issuer, clockTolerance: 0 })).toBe(auths[0]);
    expect(await call(token, { issuer, clockTolerance: 2 })).toBe(auths[2]);
    expect(await call(token, { issuer, clockTolerance: 1 })).not.toBe(auths[1]);
  });

  test('keeps options with functions from their second call on', async () => {
    const events: VerifierEvent[] = [];
    const onEvent = (event: VerifierEvent) => events.push(event);
    const token = await mintHere();
    const auths: (Auth | null)[] = [];
    for (let i = 0; i < 4; i++) auths.push(await call(token, { issuer, onEvent, fetch: endpoint.fetch }));
    expect(auths[3]).toBe(auths[2]);
    expect(auths[2]).toBe(auths[1]);
    expect(auths[1]).not.toBe(auths[0]);
    expect(events.filter(({ type }) => type === 'verified')).toHaveLength(4);
  });

  test('calls with new functions forget no options', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const token = await mintHere();
    const first = await call(token, { issuer });
    for (let n = 0; n < 50; n++) await call(token, { issuer, onEvent: () => {} });
    for (let n = 0; n < 10; n++) await call(token, { issuer, fetch: (...args) => endpoint.fetch(...args) });
    expect(await call(token, { issuer })).toBe(first);
  });

  test('a call with a new `onEvent` reports to it alone', async () => {
    const token = await mintHere();
    const heard: string[][] = [];
    const auths: (Auth | null)[] = [];
    for (let n = 0; n < 4; n++) {
      const mine: string[] = [];
      heard.push(mine);
      auths.push(await call(token, { issuer, onEvent: ({ type }) => mine.push(type) }));
    }
    expect(new Set(auths).size).toBe(4);
    for (const auth of auths) {
      expect(isAuth(auth)).toBe(true);
      expect(auth).toEqual(auths[0]);
      expect(Object.isFrozen(auth)).toBe(true);
      await outcomeOf(authorize(auth, {}, [() => false]));
    }
    expect(heard.slice(1)).toEqual([
      ['verified', 'refused'],
      ['verified', 'refused'],
      ['verified', 'refused'],
    ]);
  });

  test('[9] a call with a new `onEvent` finds no token of other options', async () => {
    const token = await mintHere({ aud: 'a' });
    const onEvent = () => () => {};
    for (let i = 0; i < 3; i++) {
      expect(await outcomeOf(call(token, { issuer, audience: 'a', onEvent: onEvent() }))).toBe('accepted');
      expect(await outcomeOf(call(token, { issuer, onEvent: onEvent() }))).toBe('audience_refused');
      expect(await outcomeOf(call(token, { issuer, audience: 'b', onEvent: onEvent() }))).toBe('audience_refused');
    }
  });

  test('asks the revocations of this call, and finds a frozen source again', async () => {
    const answers: Record<string, string> = { first: 'accepted', second: 'accepted' };
    const makeFrozen = (name: string): RevocationSource =>
      Object.freeze({ ...makeSource(() => answers[name]).source, issuer });
    const [first, second] = [makeFrozen('first'), makeFrozen('second')];
    const token = await mintHere();
    for (let i = 0; i < 3; i++) expect(await outcomeOf(call(token, { issuer, revocations: first }))).toBe('accepted');
    expect(await isFound(call, () => ({ issuer, revocations: first }))).toBe(true);
    answers['second'] = 'revoked';
    for (let i = 0; i < 3; i++) {
      expect(await outcomeOf(call(token, { issuer, revocations: second }))).toBe('token_revoked');
      expect(await outcomeOf(call(token, { issuer, revocations: first }))).toBe('accepted');
    }
    answers['first'] = 'revoked';
    expect(await outcomeOf(call(token, { issuer, revocations: first }))).toBe('token_revoked');
  });

  test('asks a frozen source of revocations for its environment each time, if that is a getter', async () => {
    let environmentId = 'env_1';
    const getter = { enumerable: true, get: () => environmentId };
    const source = { ...makeSource().source, issuer };
    const revocations = Object.freeze(Object.defineProperty(source, 'environmentId', getter));
    const token = await mintHere();
    for (let i = 0; i < 3; i++) expect(await outcomeOf(call(token, { issuer, revocations }))).toBe('accepted');
    environmentId = 'env_2';
    expect(await outcomeOf(call(token, { issuer, revocations }))).toBe('environment_refused');
  });

  test.each([
    ['an object', {}],
    // A function can have the properties of a source too.
    ['a function', () => {}],
  ])('notices that a source of revocations has become one for another environment: %s', async (_, target) => {
    const source = Object.assign(target, makeSource().source, { issuer, environmentId: 'env_1' });
    const token = await mintHere();
    for (let i = 0; i < 3; i++) expect(await outcomeOf(call(token, { issuer, revocations: source }))).toBe('accepted');
    Object.assign(source, { environmentId: 'env_2' });
    expect(await outcomeOf(call(token, { issuer, revocations: source }))).toBe('environment_refused');
  });

  test('[40] a call with new functions asks the revocations of a known token, each time', async () => {
    let answer = 'accepted';
    const { source, asked } = makeSource(() => answer);
    const revocations = Object.freeze({ ...source, issuer });
    const token = await mintHere();
    const again = () => outcomeOf(call(token, { issuer, revocations, onEvent: () => {} }));
    for (let i = 0; i < 3; i++) expect(await again()).toBe('accepted');
    expect(asked).toHaveLength(3);
    answer = 'revoked';
    expect(await again()).toBe('token_revoked');
    expect(new Set(asked.map(({ digest }) => digest)).size).toBe(1);
  });

  test('an Auth of a call with new functions has the digest of its token', async () => {
    const revocations = Object.freeze({ ...makeSource().source, issuer });
    const token = await mintHere();
    const digests = new Set<string | undefined>();
    for (let i = 0; i < 4; i++) {
      const auth = await call(token, { issuer, revocations, onEvent: () => {} });
      digests.add(tokenDigestOf(auth as Auth));
    }
    expect([...digests]).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
  });

  test('a known token does not report to the `onEvent` of the call that verified it', async () => {
    const { source, asked } = makeSource();
    const revocations = Object.freeze({ ...source, issuer });
    const token = await mintHere();
    const heard: string[] = [];
    for (let i = 0; i < 3; i++) {
      await call(token, { issuer, revocations, onEvent: ({ type }) => heard.push(`${i} ${type}`) });
    }
    heard.length = 0;
    for (const { auth } of asked.slice(2)) await outcomeOf(authorize(auth, {}, [() => false]));
    expect(heard).toEqual([]);
  });
});

describe('checks', () => {
  const yes: Check = () => true;
  const no: Check = () => false;

  test('runs the checks of this call alone', async () => {
    const token = await mintHere();
    for (let i = 0; i < 3; i++) {
      expect(await outcomeOf(viaRequest(token, { issuer, checks: [yes] }))).toBe('accepted');
      expect(await outcomeOf(viaRequest(token, { issuer, checks: [no] }))).toBe('not_allowed');
      expect(await outcomeOf(viaRequest(token, { issuer, checks: [yes, no] }))).toBe('not_allowed');
      expect(await outcomeOf(viaRequest(token, { issuer, checks: [() => false] }))).toBe('not_allowed');
      expect(await outcomeOf(viaRequest(token, { issuer }))).toBe('accepted');
      await expect(viaRequest(token, { issuer, checks: [] })).rejects.toMatchObject({ option: 'checks' });
    }
  });

  test('notices that a check was added to a list that was passed before', async () => {
    const token = await mintHere();
    const checks = [yes];
    const options = { issuer, checks };
    for (let i = 0; i < 3; i++) expect(await outcomeOf(viaRequest(token, options))).toBe('accepted');
    checks.push(no);
    for (let i = 0; i < 3; i++) expect(await outcomeOf(viaRequest(token, options))).toBe('not_allowed');
    checks[1] = yes;
    expect(await outcomeOf(viaRequest(token, options))).toBe('accepted');
  });

  test('a call with a new check uses tokens that such calls have verified, and runs it each time', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const events: VerifierEvent[] = [];
    const onEvent = (event: VerifierEvent) => events.push(event);
    const token = await mintHere();
    let asked = 0;
    for (let i = 0; i < 5; i++) await viaRequest(token, { issuer, onEvent, checks: [() => ++asked > 0] });
    expect(asked).toBe(5);
    const known = events.flatMap((event) => (event.type === 'verified' ? [event.fromCache] : []));
    expect(known).toEqual([false, true, true, true, true]);
  });
});

test.each([
  { origins: ['https://app.test', 'https://b.test'], cookie: 'token' },
  { publicPaths: ['/health', '/docs/*'] },
])('authenticateRequest finds a list with the same items: %o', async (lists) => {
  expect(await isFound(viaRequest, () => ({ issuer, ...structuredClone(lists) }))).toBe(true);
});

test('reads the token where the options of this call say', async () => {
  const token = await mintHere();
  const request = { method: 'GET', url: '/health', headers: { cookie: `token=${token}`, 'x-token': 'Bearer x' } };
  for (let i = 0; i < 3; i++) {
    expect(await outcomeOf(authenticateRequest(request, { issuer, cookie: 'token' }))).toBe('accepted');
    expect(await outcomeOf(authenticateRequest(request, { issuer }))).toBe('token_missing');
    expect(await outcomeOf(authenticateRequest(request, { issuer, cookie: 'other' }))).toBe('token_missing');
    expect(await outcomeOf(authenticateRequest(request, { issuer, header: 'x-token' }))).toBe('token_malformed');
    const isPublic = { issuer, publicPaths: ['/health'] };
    expect(await authenticateRequest(request, isPublic)).toBeNull();
    expect(await outcomeOf(authenticateRequest(request, { issuer, publicPaths: ['/healthy'] }))).toBe('token_missing');
  }
});

test('verifyToken refuses an option of requests, also if authenticateRequest knows the same options', async () => {
  const token = await mintHere();
  const options = { issuer, header: 'x-token' };
  for (let i = 0; i < 2; i++) {
    await outcomeOf(authenticateRequest({ headers: {} }, options));
    await expect(verifyToken(token, options)).rejects.toMatchObject({ option: 'header' });
  }
});

describe('the warning about new functions', () => {
  let warnings: unknown[] = [];
  beforeEach(() => {
    warnings = [];
    vi.spyOn(console, 'warn').mockImplementation((text) => warnings.push(text));
    vi.resetModules();
  });

  /** A new copy of the package, which has not warned yet. */
  const fresh = () => import('../src/index.ts');

  test('comes once, and says what to write', async () => {
    const { authenticateRequest: authenticate, verifyToken: verify } = await fresh();
    const token = await mintHere();
    for (let i = 0; i < 20; i++) {
      await verify(token, { issuer, onEvent: () => {} });
      await authenticate({ authorization: `Bearer ${token}` }, { issuer, checks: [() => true] });
    }
    expect(warnings).toHaveLength(1);
    expect(String(warnings[0])).toContain(`\`onEvent\` (issuer ${issuer})`);
    expect(String(warnings[0])).toMatch(
      /^\[torii\] 5 calls of `verifyToken` within a minute .*once, outside of the request handler/,
    );
    expect(String(warnings[0])).not.toContain(token);
  });

  test('does not come for functions that are created once', async () => {
    const { authenticateRequest: authenticate } = await fresh();
    const token = await mintHere();
    const [onEvent, checks] = [() => {}, [() => true]];
    for (let i = 0; i < 20; i++) await authenticate({ authorization: `Bearer ${token}` }, { issuer, onEvent, checks });
    expect(warnings).toEqual([]);
  });

  test('does not come for wrong options', async () => {
    const { verifyToken: verify } = await fresh();
    for (let i = 0; i < 20; i++) {
      await expect(verify('', { issuer: '', onEvent: () => {} })).rejects.toMatchObject({ option: 'issuer' });
    }
    expect(warnings).toEqual([]);
  });
});
