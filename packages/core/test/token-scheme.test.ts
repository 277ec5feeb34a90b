import { describe, expect, test } from 'vitest';
import {
  authenticateRequest,
  createVerifier,
  type RequestLike,
  type VerifierEvent,
  type VerifierOptions,
} from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { bearerToken, schemeNamed, type TokenPlaces } from '../src/request/bearer.ts';
import { viewOf } from '../src/request/request-view.ts';
import { jwks, pairs, sign } from './jwt-mint.ts';
import { issuer, makeKey, mint } from './mint.ts';
import { outcomeOf, outcomeOfCall } from './outcome.ts';

const key = await makeKey();
const token = await mint(key);
const header = 'x-proxy-token';
const bare: TokenPlaces = { header, scheme: undefined, cookie: undefined, origins: [] };

/** `token <token>` if a token was found, otherwise the reason of the refusal. */
function found(request: RequestLike, places: TokenPlaces): string {
  let sent = '';
  const outcome = outcomeOfCall(() => {
    sent = bearerToken(viewOf(request), places);
  });
  return outcome === 'accepted' ? `token ${sent}` : outcome;
}

const optionsWith = (options: Partial<VerifierOptions>): VerifierOptions => ({
  issuer,
  keys: { keys: [key.publicJwk] },
  ...options,
});

describe('a header with a token alone', () => {
  const read = (value: string | string[], places: TokenPlaces = bare) =>
    found({ method: 'GET', headers: { [header]: value } }, places);

  test.each([
    ['a token', 'a.b.c'],
    ['blanks around it', ' \t a.b.c\t '],
  ])('[13] is read with %s', (_name, value) => expect(read(value)).toBe('token a.b.c'));

  test.each<[string, string | string[], string]>([
    ['nothing', '', 'token_missing'],
    ['only blanks', ' \t ', 'header_malformed'],
    ['Bearer before the token', 'Bearer a.b.c', 'scheme_unsupported'],
    ['bearer in lower case', 'bearer \t a.b.c', 'scheme_unsupported'],
    ['another scheme', 'Basic YTpi', 'scheme_unsupported'],
    ['two tokens', 'a.b.c d.e.f', 'header_malformed'],
    ['two tokens, joined', 'a.b.c, d.e.f', 'header_malformed'],
    ['two tokens, joined without a space', 'a.b.c,d.e.f', 'header_malformed'],
    ['the same token twice, joined', 'a.b.c, a.b.c', 'header_malformed'],
    ['a token and Bearer', 'a.b.c, Bearer a.b.c', 'header_malformed'],
    ['two headers', ['a.b.c', 'd.e.f'], 'header_malformed'],
    ['two equal headers', ['a.b.c', 'a.b.c'], 'header_malformed'],
    ['a second, empty header', ['a.b.c', ''], 'header_malformed'],
    ['quotes', '"a.b.c"', 'header_malformed'],
    ['a parameter', 'token=a.b.c', 'header_malformed'],
    ['a newline', 'a.b.c\n', 'header_malformed'],
    ['CR LF and another header', 'a.b.c\r\nX-Admin: 1', 'header_malformed'],
    ['CR LF after a scheme', 'Bearer a.b.c\r\nX-Admin: 1', 'header_malformed'],
    ['NUL', 'a.b.c\0', 'header_malformed'],
    ['a no-break space', '\u00a0a.b.c', 'header_malformed'],
    ['a letter beyond ASCII', 'a.b.ć', 'header_malformed'],
  ])('[13] is refused with %s', (_name, value, reason) => expect(read(value)).toBe(reason));

  test('[13] the token is not found in Authorization, in a query or in another header', () => {
    for (const headers of [{ authorization: 'Bearer a.b.c' }, { authorization: 'a.b.c' }, { 'x-token': 'a.b.c' }])
      expect(found({ method: 'GET', url: `/?${header}=a.b.c`, headers }, bare)).toBe('token_missing');
  });

  test.each<[string, (n: number) => string]>([
    ['a long token', (n) => 'a'.repeat(n)],
    ['a long token and a comma', (n) => `${'a'.repeat(n)},`],
    ['dots', (n) => `${'.'.repeat(n)} `],
    ['padding', (n) => `a${'='.repeat(n)}a`],
    ['blanks', (n) => `a${' '.repeat(n)}b`],
    ['a long scheme', (n) => `${'A-'.repeat(n / 2)},`],
  ])('[13] is read in linear time: %s', (_name, make) => {
    const cost = (n: number) => {
      const view = viewOf({ method: 'GET', headers: { [header]: make(n) } });
      const times = Array.from({ length: 5 }, () => {
        const begun = performance.now();
        outcomeOfCall(() => bearerToken(view, bare));
        return performance.now() - begun;
      });
      return Math.min(...times);
    };
    // For 100 times the input, a quadratic implementation takes 10,000 times as long.
    const [small, large] = [cost(10_000), cost(1_000_000)];
    expect(large).toBeLessThan(3_000 * Math.max(small, 0.05));
  });

  test('[8] a token over 16 kB is refused', async () => {
    const verifier = createVerifier(optionsWith({ header, scheme: 'none' }));
    const request = { method: 'GET', headers: { [header]: `${token}${'a'.repeat(16_384)}` } };
    expect(await outcomeOf(verifier.authenticate(request))).toBe('token_malformed');
  });
});

describe('[14] a token that a proxy adds', () => {
  const host = 'app.test';
  const unsafe = (headers: Record<string, string | string[]>, changes: Partial<TokenPlaces> = {}, method = 'POST') =>
    found({ method, url: '/', headers: { host, [header]: 'a.b.c', ...headers } }, { ...bare, ...changes });

  test.each(['GET', 'HEAD', 'OPTIONS'])('counts with %s from every origin', (method) => {
    expect(unsafe({ origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }, {}, method)).toBe('token a.b.c');
    expect(unsafe({}, {}, method)).toBe('token a.b.c');
  });

  test.each<[string, Record<string, string | string[]>]>([
    ['its own origin', { origin: 'https://app.test' }],
    ['Sec-Fetch-Site: same-origin', { 'sec-fetch-site': 'same-origin' }],
    ['a named origin', { origin: 'https://admin.test', 'sec-fetch-site': 'same-site' }],
  ])('counts with POST and %s', (_name, headers) => {
    expect(unsafe(headers, { origins: ['https://admin.test'] })).toBe('token a.b.c');
  });

  const foreign: [string, Record<string, string | string[]>][] = [
    ['a foreign origin', { origin: 'https://evil.test' }],
    [
      'a foreign origin and its own host in Sec-Fetch-Site',
      { origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' },
    ],
    ['a null origin', { origin: 'null' }],
    ['an empty origin', { origin: '' }],
    ['two origins', { origin: ['https://app.test', 'https://evil.test'] }],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
    ['Sec-Fetch-Site: none', { 'sec-fetch-site': 'none' }],
    ['an empty Sec-Fetch-Site', { 'sec-fetch-site': '' }],
  ];

  test.each(foreign)('does not count with POST and %s, also with allowNonBrowsers', (_name, headers) => {
    expect(unsafe(headers)).toBe('token_missing');
    expect(unsafe(headers, { allowNonBrowsers: true })).toBe('token_missing');
    expect(unsafe(headers, { allowNonBrowsers: true }, 'QUERY')).toBe('token_missing');
  });

  test('counts with POST and neither header only with allowNonBrowsers', () => {
    expect(unsafe({})).toBe('token_missing');
    expect(unsafe({}, { allowNonBrowsers: false })).toBe('token_missing');
    expect(unsafe({}, { allowNonBrowsers: true })).toBe('token a.b.c');
  });

  test('does not count in a WebSocket handshake of a foreign page', () => {
    const handshake = { upgrade: 'websocket', origin: 'https://evil.test' };
    expect(unsafe(handshake, { allowNonBrowsers: true }, 'GET')).toBe('token_missing');
    expect(unsafe({ ...handshake, origin: 'https://app.test' }, {}, 'GET')).toBe('token a.b.c');
  });

  test('does not count if the method is unknown', () => {
    expect(found({ [header]: 'a.b.c' }, bare)).toBe('token_missing');
    expect(found(new Headers({ [header]: 'a.b.c' }), bare)).toBe('token_missing');
  });

  test('is reported as malformed before the origin is checked', () => {
    expect(unsafe({ [header]: 'a.b c', origin: 'https://evil.test' })).toBe('header_malformed');
  });

  test('that does not count is not replaced by a cookie', () => {
    const cookie = { cookie: 'token=d.e.f', origin: 'https://evil.test' };
    expect(unsafe(cookie, { cookie: 'token' })).toBe('token_missing');
    expect(unsafe({ cookie: 'token=d.e.f' }, { cookie: 'token', allowNonBrowsers: true })).toBe('token a.b.c');
  });

  test.each([
    ['the header, before a cookie', { [header]: 'a.b.c', cookie: 'token=d.e.f' }, 'token a.b.c'],
    ['the cookie, without the header', { cookie: 'token=d.e.f' }, 'token d.e.f'],
    ['no cookie beside an empty header', { [header]: '', cookie: 'token=d.e.f' }, 'token_missing'],
    ['no cookie beside a malformed header', { [header]: 'a.b c', cookie: 'token=d.e.f' }, 'header_malformed'],
    ['no cookie beside Authorization', { authorization: 'Basic x', cookie: 'token=d.e.f' }, 'token_missing'],
  ])('with a cookie as well, reads %s', (_name, headers, outcome) => {
    expect(found({ method: 'GET', headers }, { ...bare, cookie: 'token' })).toBe(outcome);
  });

  test('a cookie never counts without Origin and Sec-Fetch-Site', () => {
    const headers = { host, cookie: 'token=a.b.c' };
    expect(found({ method: 'POST', headers }, { ...bare, cookie: 'token', allowNonBrowsers: true })).toBe(
      'token_missing',
    );
  });
});

describe('a scheme by its name', () => {
  const places = (name: string): TokenPlaces => ({ ...bare, header: 'authorization', scheme: schemeNamed(name) });
  const read = (name: string, authorization: string) => found({ authorization }, places(name));

  test.each([
    ['Token', 'Token a.b.c'],
    ['Token', 'token \t a.b.c '],
    ['token', 'TOKEN a.b.c'],
    ['JWT', 'JWT a.b.c'],
    ["!#$%&'*+-.^_`|~", "!#$%&'*+-.^_`|~ a.b.c"],
  ])('[13] %s accepts %j', (name, value) => expect(read(name, value)).toBe('token a.b.c'));

  test.each([
    ['Token', 'Bearer a.b.c', 'scheme_unsupported'],
    ['Token', 'a.b.c', 'scheme_unsupported'],
    ['Token', 'Tokens a.b.c', 'scheme_unsupported'],
    ['Token', 'Token', 'header_malformed'],
    ['Token', 'Token token="a.b.c"', 'header_malformed'],
    ['Token', 'Token a.b.c, Token d.e.f', 'header_malformed'],
    ['Token', 'Token a.b.c\r\nX-Admin: 1', 'header_malformed'],
    ['Token', 'Token Token a.b.c', 'header_malformed'],
    ['Token', 'To\u212Aen a.b.c', 'header_malformed'],
    ['a.c', 'abc x', 'scheme_unsupported'],
    ['a|c', 'a x', 'scheme_unsupported'],
    ['a+', 'aa x', 'scheme_unsupported'],
  ])('[13] %s refuses %j', (name, value, reason) => expect(read(name, value)).toBe(reason));
});

describe('the options', () => {
  const accept = (options: Partial<VerifierOptions>) => createVerifier(optionsWith(options));

  test.each<[string, Partial<VerifierOptions>, string]>([
    ["'none' without another header", { scheme: 'none' }, 'scheme'],
    ["'none' with Authorization", { header: 'Authorization', scheme: 'none' }, 'scheme'],
    ["'NONE' with Authorization", { scheme: 'NONE' }, 'scheme'],
    ['Basic', { scheme: 'Basic' }, 'scheme'],
    ['DPoP, whose proof would not be verified', { scheme: 'dpop' }, 'scheme'],
    ['a scheme with a blank', { scheme: 'Bearer ' }, 'scheme'],
    ['an empty scheme', { header, scheme: '' }, 'scheme'],
    ['a scheme that is undefined', { header, scheme: undefined as never }, 'scheme'],
    ['a scheme that is null', { header, scheme: null as never }, 'scheme'],
    ['origins without a token that a browser or a proxy adds', { header, origins: ['https://a.test'] }, 'origins'],
    ['origins with a named scheme', { scheme: 'Token', origins: ['https://a.test'] }, 'origins'],
    ['allowNonBrowsers with Bearer', { header, allowNonBrowsers: true }, 'allowNonBrowsers'],
    ['allowNonBrowsers with a cookie', { cookie: 'token', allowNonBrowsers: true }, 'allowNonBrowsers'],
    ['allowNonBrowsers as text', { header, scheme: 'none', allowNonBrowsers: 'false' as never }, 'allowNonBrowsers'],
    [
      'allowNonBrowsers: undefined',
      { header, scheme: 'none', allowNonBrowsers: undefined as never },
      'allowNonBrowsers',
    ],
  ])('[9] cannot have %s', (_name, options, option) => {
    expect(() => accept(options)).toThrow(expect.objectContaining({ code: 'configuration_invalid', option }));
  });

  test.each<Partial<VerifierOptions>>([
    { scheme: 'Bearer' },
    { scheme: 'bearer', header },
    { scheme: 'JWT' },
    { header, scheme: 'none' },
    { header, scheme: 'None', origins: ['https://a.test'], allowNonBrowsers: false },
  ])('can be %j', (options) => expect(accept(options)).toBeDefined());
});

describe('through a verifier', () => {
  const behindProxy = { header, scheme: 'none' } as const;
  const get = (value: string) => ({ method: 'GET', headers: { [header]: value } });
  const foreignPost = { method: 'POST', headers: { [header]: token, host: 'app.test', origin: 'https://evil.test' } };

  test('a bare token is accepted', async () => {
    const auth = await createVerifier(optionsWith(behindProxy)).authenticate(get(token));
    expect(auth?.userId).toBe('user_1');
  });

  test('[13] the same token after Bearer is refused, also if it is known', async () => {
    const verifier = createVerifier(optionsWith(behindProxy));
    await verifier.authenticate(get(token));
    expect(await outcomeOf(verifier.authenticate(get(`Bearer ${token}`)))).toBe('scheme_unsupported');
    expect(await outcomeOf(verifier.authenticate(get(`${token}=`)))).toBe('token_malformed');
    expect(await outcomeOf(verifier.authenticate(get(`${token}, ${token}`)))).toBe('header_malformed');
  });

  test('[14] a request of another site is signed out or refused, and a known token changes nothing', async () => {
    const verifier = createVerifier(optionsWith(behindProxy));
    await verifier.authenticate(get(token));
    expect(await verifier.authenticate(foreignPost, { optional: true })).toBeNull();
    const { denial } = await verifier.check(foreignPost);
    expect(denial).toMatchObject({
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer realm="torii"' },
      body: { error: { reason: 'token_missing' } },
    });
  });

  test.each<[string, Partial<VerifierOptions>, RequestLike, string]>([
    ['a bare token', { header }, get(token), "`scheme: 'none'`"],
    ['Bearer where the token should be alone', behindProxy, get(`Bearer ${token}`), "leave `scheme: 'none'` out"],
    ['a request of another site', behindProxy, foreignPost, '`origins`'],
  ])('the event of %s says what to change, and the response does not', async (_name, options, request, hint) => {
    const events: VerifierEvent[] = [];
    const verifier = createVerifier(optionsWith({ ...options, onEvent: (event) => events.push(event) }));
    const { denial } = await verifier.check(request);
    expect(events).toMatchObject([{ type: 'refused', detail: { hint: expect.stringContaining(hint) } }]);
    expect(JSON.stringify(denial)).not.toContain(hint);
    expect(JSON.stringify([denial, events])).not.toContain('eyJ');
  });

  test.each<[string, RequestLike]>([
    ['Authorization', { method: 'GET', headers: { authorization: token } }],
    ['another header with two words', get(`Basic ${token}`)],
  ])('the event has no hint if a token without Bearer cannot be meant in %s', async (_name, request) => {
    const events: VerifierEvent[] = [];
    const onEvent = (event: VerifierEvent) => void events.push(event);
    const isOther = JSON.stringify(request).includes(header);
    await createVerifier(optionsWith({ onEvent, ...(isOther && { header }) })).check(request);
    expect(events).toMatchObject([{ type: 'refused', error: { reason: 'scheme_unsupported' } }]);
    expect(JSON.stringify(events)).not.toContain('hint');
  });

  test('a scheme is used in one call, and a call without it is decided anew', async () => {
    const keys = { keys: [key.publicJwk] };
    const request = { method: 'GET', headers: { [header]: token, authorization: `Token ${token}` } };
    for (let i = 0; i < 2; i++) {
      const one = (options: object) => outcomeOf(authenticateRequest(request, { issuer, keys, ...options }));
      expect(await one({ header, scheme: 'none' })).toBe('accepted');
      expect(await one({ scheme: 'Token' })).toBe('accepted');
      expect(await one({})).toBe('scheme_unsupported');
    }
  });

  test.each(['RS256', 'ES256'] as const)('a proxy that signs with %s is verified with its audience', async (alg) => {
    const verifier = createJwtVerifier({
      jwks,
      algorithms: [alg],
      issuer: 'https://proxy.test',
      audience: '/projects/1/apps/app',
      header,
      scheme: 'none',
    });
    const signed = (aud?: unknown) =>
      sign(alg, pairs[alg].privateKey, { iss: 'https://proxy.test', aud }, { kid: alg });
    const outcome = async (aud?: unknown) => outcomeOf(verifier.authenticate(get(await signed(aud))));
    expect(await outcome('/projects/1/apps/app')).toBe('accepted');
    expect(await outcome(['/projects/1/apps/app'])).toBe('accepted');
    expect(await outcome('/projects/1/apps/other')).toBe('audience_refused');
    expect(await outcome()).not.toBe('accepted');
  });
});
