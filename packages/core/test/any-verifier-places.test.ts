import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyVerifier, type VerifierEvent } from '../src/index.ts';
import { issuer } from './mint.ts';
import { ask, bearer, foreign, other, ours, theirs, torii } from './two-makers.ts';

const [ada, bob] = [await ours(), await theirs()];
const [expired, stolen] = [await ours({ exp: 1 }), await ours({ iss: foreign })];

describe('[14] where tokens are read', () => {
  const apart = anyVerifier([torii(), other({ cookie: '__session', origins: ['https://app.test'] })]);
  const good = { cookie: `__session=${bob}` };

  test.each<[string, Record<string, string>, string, string?]>([
    ['a cookie alone', good, 'bob'],
    ['a bad Authorization header and a good cookie', { ...good, authorization: 'Bearer a.b.c' }, 'token_malformed'],
    ['another scheme and a good cookie', { ...good, authorization: 'Basic YTpi' }, 'scheme_unsupported'],
    ['an empty Authorization header and a good cookie', { ...good, authorization: '' }, 'token_missing'],
    ['a cookie from a page of another site', { ...good, origin: 'https://evil.test' }, 'token_missing', 'POST'],
    ['a cookie from a page of the app', { ...good, origin: 'https://app.test' }, 'bob', 'POST'],
    ['two cookies of one name', { cookie: `${good.cookie}; ${good.cookie}` }, 'header_malformed'],
    ['a cookie of another name', { cookie: `session=${bob}` }, 'token_missing'],
    ['our token in their cookie', { cookie: `__session=${ada}` }, 'issuer_refused'],
    ['their token in the Authorization header', { authorization: `Bearer ${bob}` }, 'bob'],
    [
      'a bad cookie from a page of another site',
      { cookie: '__session=x', origin: 'https://evil.test' },
      'token_missing',
      'POST',
    ],
    [
      'an expired token in the header and a good cookie',
      {
        ...good,
        authorization: `Bearer ${expired}`,
      },
      'token_expired',
    ],
  ])('%s', async (_name, headers, outcome, method = 'GET') => {
    expect(await ask(apart, { method, headers })).toBe(outcome);
    const isMissing = outcome === 'token_missing';
    expect(await ask(apart, { method, headers }, true)).toBe(isMissing ? 'signed out' : outcome);
  });

  test('refuses our known token in a cookie that our verifier does not read', async () => {
    expect(await ask(apart, bearer(ada))).toBe('ada');
    expect(await ask(apart, { method: 'GET', headers: { cookie: `__session=${ada}` } })).toBe('issuer_refused');
  });

  test('tells only the log which verifier reads elsewhere', async () => {
    const events: VerifierEvent[] = [];
    const verifier = anyVerifier([torii(), other({ cookie: 'c' })], { onEvent: (event) => events.push(event) });
    const { denial } = await verifier.check({ method: 'GET', headers: { cookie: `c=${ada}` } });
    const hint = expect.stringContaining('another header or cookie');
    expect(events).toMatchObject([
      { type: 'refused', detail: { claim: 'iss', actual: issuer, expected: ['https://login.other.test'], hint } },
    ]);
    expect(JSON.stringify(denial)).not.toMatch(/other\.test|acme/);
  });

  test('[46] reads of two cookies the one of the first verifier, also if it is bad', async () => {
    const verifier = anyVerifier([torii({ cookie: 'torii' }), other({ cookie: '__session' })]);
    const cookies = (first: string) => ({
      method: 'GET',
      headers: { cookie: `__session=${bob}; torii=${first}` },
    });
    expect(await ask(verifier, cookies(ada))).toBe('ada');
    expect(await ask(verifier, cookies('a.b.c'))).toBe('token_malformed');
    expect(await ask(verifier, cookies(expired))).toBe('token_expired');
    // An empty cookie counts as not sent.
    expect(await ask(verifier, cookies(''))).toBe('bob');
  });

  test('a cookie that both read counts only from the origins of the one that is chosen', async () => {
    const verifier = anyVerifier([
      torii({ cookie: 'c', origins: ['https://a.test'] }),
      other({ cookie: 'c', origins: ['https://b.test'] }),
    ]);
    const from = (origin: string, token: string) =>
      ask(verifier, { method: 'POST', headers: { cookie: `c=${token}`, origin } });
    for (let i = 0; i < 2; i++) {
      expect(await from('https://a.test', ada)).toBe('ada');
      expect(await from('https://b.test', ada)).toBe('token_missing');
      expect(await from('https://a.test', bob)).toBe('token_missing');
      expect(await from('https://b.test', bob)).toBe('bob');
    }
  });

  test('refuses a request with the headers of two verifiers, and a token in the header of the other', async () => {
    const verifier = anyVerifier([torii(), other({ header: 'x-token', cookie: 'c' })]);
    const [first, second] = [`Bearer ${ada}`, `Bearer ${bob}`];
    const send = (headers: Record<string, string>) => ask(verifier, { method: 'GET', headers });
    expect(await send({ authorization: first })).toBe('ada');
    expect(await send({ 'x-token': second })).toBe('bob');
    expect(await send({ authorization: first, 'x-token': second })).toBe('header_malformed');
    expect(await send({ authorization: '', 'x-token': second })).toBe('header_malformed');
    expect(await send({ authorization: second })).toBe('issuer_refused');
    expect(await send({ 'x-token': first })).toBe('issuer_refused');
    expect(await send({ cookie: `c=${bob}` })).toBe('bob');
    expect(await send({ cookie: `c=${bob}`, authorization: 'Basic YTpi' })).toBe('scheme_unsupported');
    expect(await send({ cookie: `c=${bob}`, 'x-token': '' })).toBe('token_missing');
  });

  test('reads each of two headers, without any cookie', async () => {
    const verifier = anyVerifier([torii(), other({ header: 'x-token' })]);
    const send = (headers: Record<string, string>) => ask(verifier, { method: 'GET', headers });
    expect(await send({ 'x-token': `Bearer ${bob}` })).toBe('bob');
    expect(await send({ authorization: `Bearer ${ada}` })).toBe('ada');
    expect(await send({ authorization: `Bearer ${ada}`, 'x-token': `Bearer ${bob}` })).toBe('header_malformed');
  });

  test('does not look at cookies if a header for a token was sent', async () => {
    const verifier = anyVerifier([
      torii({ header: 'x-token', cookie: 'c' }),
      other({ header: 'x-token', cookie: 'c' }),
    ]);
    expect(await ask(verifier, { method: 'GET', headers: { 'x-token': `Bearer ${ada}`, cookie: 'c=a; c=b' } })).toBe(
      'ada',
    );
  });

  test('ignores an Authorization header that none reads, as one verifier does, but then reads no cookie', async () => {
    const verifier = anyVerifier([torii({ header: 'x-token' }), other({ header: 'x-token', cookie: 'c' })]);
    const send = (headers: Record<string, string>) => ask(verifier, { method: 'GET', headers });
    expect(await send({ authorization: 'Basic YTpi', 'x-token': `Bearer ${ada}` })).toBe('ada');
    const cookie = `c=${bob}; c=x`;
    expect(await send({ authorization: 'Basic YTpi', cookie })).toBe('token_missing');
    expect(await send({ cookie })).toBe('header_malformed');
  });

  // If a list accepts a request, then the verifier of the token accepts it by itself, with the same caller.
  test('[46] accepts nothing that the verifier of the token would refuse', async () => {
    const tokens = [ada, bob, expired, 'a.b.c', stolen];
    const members = [
      [torii({ cookie: 'a' }), other({ cookie: 'b', origins: ['https://b.test'] })],
      [torii(), other({ header: 'x-token', cookie: 'b' })],
      [torii({ cookie: 'a', origins: ['https://b.test'] }), other({ cookie: 'a' })],
      [torii({ header: 'x-token', cookie: 'a' }), other({ cookie: 'b' })],
    ] as const;
    const place = fc.constantFrom('authorization', 'x-token', 'a', 'b');
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST'),
      origin: fc.constantFrom(undefined, 'https://b.test', 'https://evil.test'),
      sent: fc.uniqueArray(fc.tuple(place, fc.constantFrom(...tokens, '')), {
        maxLength: 3,
        selector: ([name]) => name,
      }),
    });
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...members), request, async (pair, { method, origin, sent }) => {
        const headers: Record<string, string> = { ...(origin && { origin }) };
        const cookies = sent.filter(([name]) => name.length === 1).map(([name, token]) => `${name}=${token}`);
        if (cookies.length > 0) headers['cookie'] = cookies.join('; ');
        for (const [name, token] of sent) if (name.length > 1) headers[name] = token && `Bearer ${token}`;
        const caller = await ask(anyVerifier(pair), { method, headers });
        const alone = await Promise.all(pair.map((each) => ask(each, { method, headers })));
        if (/^(?:ada|bob)$/.test(caller)) {
          accepted++;
          expect(alone).toContain(caller);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(accepted).toBeGreaterThan(30);
  });
});

describe('[14] tokens alone in a header that a proxy adds', () => {
  const place = { header: 'x-assertion', scheme: 'none' } as const;
  const verifier = anyVerifier([
    torii({ ...place, allowNonBrowsers: true, origins: ['https://app.test'] }),
    other({ ...place }),
  ]);
  const sent = (token: string, headers: object = {}) => ({
    method: 'POST',
    headers: { 'x-assertion': token, ...headers },
  });

  test('each verifier has its own rules for cross-site requests', async () => {
    expect(await ask(verifier, sent(ada))).toBe('ada');
    expect(await ask(verifier, sent(ada, { origin: 'https://app.test' }))).toBe('ada');
    expect(await ask(verifier, sent(ada, { origin: 'https://evil.test' }))).toBe('token_missing');
    expect(await ask(verifier, sent(bob))).toBe('token_missing');
    expect(await ask(verifier, sent(bob, { origin: 'https://app.test' }))).toBe('token_missing');
    expect(await ask(verifier, { method: 'GET', headers: { 'x-assertion': bob } })).toBe('bob');
  });

  test('two schemes in one header are a wrong option', () => {
    expect(() => anyVerifier([torii({ header: 'x-assertion' }), other(place)])).toThrow(
      /must be the same .* Found: Bearer and none, for the header x-assertion/,
    );
  });
});
