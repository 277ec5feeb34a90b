import { describe, expect, test } from 'vitest';
import { viewOf } from '../src/adapter.ts';
import type { RequestLike, RequestParts } from '../src/index.ts';
import { isFromOwnPages } from '../src/internal.ts';
import { bearerScheme, bearerToken, type TokenPlaces } from '../src/request/bearer.ts';
import { outcomeOfCall } from './outcome.ts';

const places: TokenPlaces = { header: 'authorization', scheme: bearerScheme, cookie: undefined, origins: [] };

/** `token <token>` if a token was found, otherwise the reason of the refusal. */
function found(request: RequestLike, options: Partial<TokenPlaces> = {}): string {
  let token = '';
  const outcome = outcomeOfCall(() => {
    token = bearerToken(viewOf(request), { ...places, ...options });
  });
  return outcome === 'accepted' ? `token ${token}` : outcome;
}

describe('the header', () => {
  test.each([
    ['in the usual form', 'Bearer a.b.c'],
    ['in lower case', 'bearer a.b.c'],
    ['in capitals', 'BEARER a.b.c'],
    ['in any case', 'bEaReR a.b.c'],
    ['with several spaces', 'Bearer    a.b.c'],
    ['with a tab', 'Bearer\ta.b.c'],
    ['with tabs and spaces', 'Bearer \t \t a.b.c'],
    ['with blanks before and after', ' \tBearer a.b.c\t  '],
  ])('[13] reads the token from a header %s', (_name, authorization) => {
    expect(found({ authorization })).toBe('token a.b.c');
  });

  test('[13] accepts every token character and padding', () => {
    const token = 'ABCXYZabcxyz0189-._~+/==';
    expect(found({ authorization: `Bearer ${token}` })).toBe(`token ${token}`);
  });

  test.each([
    ['no header', undefined, 'token_missing'],
    ['an empty header', '', 'token_missing'],
    ['only blanks', ' \t ', 'header_malformed'],
    ['Bearer alone', 'Bearer', 'header_malformed'],
    ['Bearer and a space', 'Bearer ', 'header_malformed'],
    ['Bearer and blanks', 'Bearer \t  ', 'header_malformed'],
    ['a token alone', 'a.b.c', 'scheme_unsupported'],
    ['Basic', 'Basic YTpi', 'scheme_unsupported'],
    ['basic', 'basic YTpi', 'scheme_unsupported'],
    ['Basic alone', 'Basic', 'scheme_unsupported'],
    ['Digest', 'Digest username="a", realm="b"', 'scheme_unsupported'],
    ['DPoP', 'DPoP a.b.c', 'scheme_unsupported'],
    ['a scheme that begins with Bearer', 'BearerX a.b.c', 'scheme_unsupported'],
    ['a scheme that ends with Bearer', 'XBearer a.b.c', 'scheme_unsupported'],
    ['no blank after Bearer', 'Bearera.b.c', 'scheme_unsupported'],
    ['a colon', 'Bearer: a.b.c', 'header_malformed'],
    ['an equals sign', 'Bearer=a.b.c', 'header_malformed'],
    ['a quoted token', 'Bearer "a.b.c"', 'header_malformed'],
    ['a token in angle brackets', 'Bearer <a.b.c>', 'header_malformed'],
    ['a parameter', 'Bearer token=a.b.c', 'header_malformed'],
    ['padding inside', 'Bearer a=b', 'header_malformed'],
    ['only padding', 'Bearer ==', 'header_malformed'],
    ['two tokens', 'Bearer a.b.c d.e.f', 'header_malformed'],
    ['two tokens, joined by a tab', 'Bearer a.b.c\td.e.f', 'header_malformed'],
    ['two headers, joined', 'Bearer a.b.c, Bearer d.e.f', 'header_malformed'],
    ['two headers, joined without a space', 'Bearer a.b.c,Bearer d.e.f', 'header_malformed'],
    ['the same header twice, joined', 'Bearer a.b.c, Bearer a.b.c', 'header_malformed'],
    ['a bare token and a header', 'a, Bearer b', 'header_malformed'],
    ['a comma after the token', 'Bearer a.b.c,', 'header_malformed'],
    ['a comma before Bearer', ', Bearer a.b.c', 'header_malformed'],
    ['a semicolon after the token', 'Bearer a.b.c;', 'header_malformed'],
    ['Bearer twice', 'Bearer Bearer a.b.c', 'header_malformed'],
    ['Basic and then Bearer', 'Basic YTpi, Bearer a.b.c', 'scheme_unsupported'],
    ['a newline after the token', 'Bearer a.b.c\n', 'header_malformed'],
    ['a carriage return after the token', 'Bearer a.b.c\r', 'header_malformed'],
    ['a newline before Bearer', '\nBearer a.b.c', 'header_malformed'],
    ['a newline instead of a blank', 'Bearer\na.b.c', 'header_malformed'],
    ['CR LF and another header', 'Bearer a.b.c\r\nX-Admin: 1', 'header_malformed'],
    ['CR LF after another scheme', 'Basic YTpi\r\nX-Admin: 1', 'header_malformed'],
    ['NUL after the token', 'Bearer a.b.c\0', 'header_malformed'],
    ['NUL instead of a blank', 'Bearer\0a.b.c', 'header_malformed'],
    ['a vertical tab instead of a blank', 'Bearer\va.b.c', 'header_malformed'],
    ['a form feed instead of a blank', 'Bearer\fa.b.c', 'header_malformed'],
    ['a no-break space', 'Bearer\u00A0a.b.c', 'header_malformed'],
    ['a wide space', 'Bearer\u3000a.b.c', 'header_malformed'],
    ['a byte order mark before Bearer', '\uFEFFBearer a.b.c', 'header_malformed'],
    ['a line separator after the token', 'Bearer a.b.c\u2028', 'header_malformed'],
    ['a letter beyond ASCII', 'Bearer a.b.ć', 'header_malformed'],
    ['a scheme with Cyrillic letters that look like Latin ones', 'Веаrer a.b.c', 'header_malformed'],
    ['the Kelvin sign, whose lower case is k', 'Bearer \u212A', 'header_malformed'],
    ['half of a surrogate pair', 'Bearer \uD800', 'header_malformed'],
    ['percent encoding', 'Bearer%20a.b.c', 'scheme_unsupported'],
  ])('[13] refuses %s', (_name, authorization, reason) => {
    expect(found({ authorization })).toBe(reason);
  });

  test.each<[string, RequestLike]>([
    ['a list', { authorization: ['Bearer a', 'Bearer b'] }],
    ['a list of the same', { authorization: ['Bearer a', 'Bearer a'] }],
    ['a list whose last value is empty', { authorization: ['Bearer a', ''] }],
    ['a list whose first value is empty', { authorization: ['', 'Bearer a'] }],
    ['two spellings of the name', { authorization: 'Bearer a', Authorization: 'Bearer b' }],
    [
      'a Headers, which joins them',
      new Headers([
        ['authorization', 'Bearer a'],
        ['Authorization', 'Bearer b'],
      ]),
    ],
    [
      'a list of pairs',
      [
        ['authorization', 'Bearer a'],
        ['AUTHORIZATION', 'Bearer b'],
      ],
    ],
    [
      'a Map of two spellings',
      new Map([
        ['authorization', 'Bearer a'],
        ['Authorization', 'Bearer b'],
      ]),
    ],
    [
      'headersDistinct',
      { headers: { authorization: 'Bearer a' }, headersDistinct: { authorization: ['Bearer a', 'Bearer b'] } },
    ],
    [
      'rawHeaders',
      {
        headers: { authorization: 'Bearer a' },
        rawHeaders: ['Authorization', 'Bearer a', 'authorization', 'Bearer b'],
      } as RequestLike,
    ],
    [
      'headersDistinct of the request in a Koa context',
      {
        headers: { authorization: 'Bearer a' },
        req: { headersDistinct: { authorization: ['Bearer a', 'Bearer a'] } },
      } as RequestLike,
    ],
  ])('[13] refuses two authorization headers in %s', (_name, request) => {
    expect(found(request)).toBe('header_malformed');
  });

  test('[13] can have another name, and the authorization header is ignored then', () => {
    const header = 'x-torii-token';
    expect(found({ 'X-Torii-Token': 'Bearer a', authorization: 'Bearer b' }, { header })).toBe('token a');
    expect(found({ authorization: 'Bearer b' }, { header })).toBe('token_missing');
    expect(found({ 'x-torii-token': ['Bearer a', 'Bearer b'] }, { header })).toBe('header_malformed');
    expect(found({ 'x-torii-token': 'a' }, { header })).toBe('scheme_unsupported');
  });

  test.each([
    'proxy-authorization',
    'x-authorization',
    'authorization ',
    ' authorization',
    'authorization\0',
    'x-forwarded-authorization',
    'authentication',
    '__proto__',
  ])('[13] does not read the token from the header %j', (name) => {
    expect(found([[name, 'Bearer a']])).toBe('token_missing');
  });

  test('[13] is not read from Object.prototype', () => {
    const planted = { value: 'Bearer a', configurable: true, enumerable: true, writable: true };
    Object.defineProperty(Object.prototype, 'authorization', planted);
    const outcomes = [found({}), found({ headers: {}, headersDistinct: {} }), found([])];
    Reflect.deleteProperty(Object.prototype, 'authorization');
    expect(outcomes).toEqual(['token_missing', 'token_missing', 'token_missing']);
  });

  test('[13] the query string is never read', () => {
    for (const name of ['access_token', 'token', 'authorization', 'bearer_token', 'jwt']) {
      for (const value of ['a.b.c', 'Bearer%20a.b.c']) {
        const target = `/orders?${name}=${value}`;
        expect(found({ method: 'GET', url: target, headers: {} }, { cookie: 'token' })).toBe('token_missing');
        expect(found(new Request(`https://app.test${target}`), { cookie: 'token' })).toBe('token_missing');
        expect(found({ headers: {}, query: { [name]: value }, body: { [name]: value } } as RequestLike)).toBe(
          'token_missing',
        );
      }
    }
  });

  test('[16] the error does not contain the refused header', () => {
    for (const authorization of ['Basic eyJsecret', 'Bearer eyJsecret eyJsecret', 'eyJsecret', 'Bearer eyJsecret\n']) {
      expect.soft(() => bearerToken(viewOf({ authorization }), places)).toThrow(expect.not.stringContaining('eyJ'));
      try {
        bearerToken(viewOf({ authorization }), places);
      } catch (error) {
        expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/eyJ|secret/);
      }
    }
  });
});

describe('cost', () => {
  /** The least time of several runs, in milliseconds: what else the machine does only adds to it. */
  function cost(request: RequestLike, options: Partial<TokenPlaces>): number {
    const view = viewOf(request);
    const times = Array.from({ length: 5 }, () => {
      const begun = performance.now();
      outcomeOfCall(() => bearerToken(view, { ...places, ...options }));
      return performance.now() - begun;
    });
    return Math.min(...times);
  }

  const shapes: [string, (n: number) => string][] = [
    ['spaces after Bearer', (n) => `Bearer${' '.repeat(n)}`],
    ['spaces after Bearer, and an invalid token', (n) => `Bearer${' '.repeat(n)}"`],
    ['alternating spaces and tabs', (n) => `Bearer${' \t'.repeat(n / 2)},`],
    ['spaces after a token', (n) => `Bearer a${' '.repeat(n)}b`],
    ['spaces everywhere', (n) => `${' '.repeat(n / 2)}x${' '.repeat(n / 2)}`],
    ['a long token', (n) => `Bearer ${'a'.repeat(n)}`],
    ['a long token and a comma', (n) => `Bearer ${'a'.repeat(n)},`],
    ['a token and padding', (n) => `Bearer a${'='.repeat(n)}a`],
    ['a long scheme', (n) => 'a'.repeat(n)],
    ['a long scheme and a comma', (n) => `${'a'.repeat(n)},`],
    ['commas', (n) => 'Bearer a, '.repeat(n / 10)],
    ['newlines', (n) => `Basic ${'\n'.repeat(n)}`],
  ];

  // For 100 times the input, a quadratic implementation takes 10,000 times as long.
  const growth = 1_000;
  test.each(shapes)('[13] is linear in the length of the header: %s', (_name, make) => {
    const [small, large] = [make(10_000), make(1_000_000)].map((authorization) => cost({ authorization }, {}));
    expect(large).toBeLessThan(growth * Math.max(small ?? 0, 0.05));
  });

  test.each<[string, (n: number) => string]>([
    ['semicolons', (n) => ';'.repeat(n)],
    ['spaces', (n) => `a=${' '.repeat(n)}x`],
    ['names', (n) => 'a=b; '.repeat(n / 5)],
    ['equals signs', (n) => '='.repeat(n)],
    ['blanks around every name', (n) => ' \t a \t=\t b \t;'.repeat(n / 15)],
  ])('[13] is linear in the length of the cookies: %s', (_name, make) => {
    const options = { cookie: 'token' };
    const request = (cookie: string) => ({ method: 'GET', headers: { cookie } });
    const [small, large] = [make(10_000), make(1_000_000)].map((cookie) => cost(request(cookie), options));
    expect(large).toBeLessThan(growth * Math.max(small ?? 0, 0.05));
  });
});

describe('the cookie', () => {
  const get = (headers: Record<string, string | string[]>): RequestLike => ({ method: 'GET', url: '/', headers });
  const token = { cookie: 'token' };

  test('[14] is read if the option names it', () => {
    expect(found(get({ cookie: 'token=a.b.c' }), token)).toBe('token a.b.c');
  });

  test('[14] is not read without the option', () => {
    expect(found(get({ cookie: 'token=a.b.c' }))).toBe('token_missing');
    expect(found(get({ cookie: 'undefined=a.b.c; =a.b.c; authorization=Bearer a.b.c' }))).toBe('token_missing');
  });

  test.each([
    ['among others', 'a=1; token=a.b.c; b=2', 'token a.b.c'],
    ['without spaces', 'a=1;token=a.b.c;b=2', 'token a.b.c'],
    ['with blanks around name and value', 'a=1; \t token =  a.b.c \t', 'token a.b.c'],
    ['with an equals sign inside', 'token=a.b.c==', 'token a.b.c=='],
    ['without removing quotes', 'token="a.b.c"', 'token "a.b.c"'],
    ['without decoding it', 'token=a%2Eb', 'token a%2Eb'],
  ])('[14] is found %s', (_name, cookie, result) => {
    expect(found(get({ cookie }), token)).toBe(result);
  });

  test.each([
    ['no cookies', ''],
    ['other cookies', 'a=1; b=2'],
    ['an empty value', 'token='],
    ['a name without a value', 'token'],
    ['a longer name without a value', 'tokenX'],
    ['another case', 'Token=a.b.c'],
    ['a longer name', 'token2=a.b.c'],
    ['a name that ends with the name', 'my-token=a.b.c'],
    ['the name inside another value', 'a=token=a.b.c'],
    ['the name inside a quoted value, split', 'a="x, token=a.b.c"'],
    ['a name in quotes', '"token"=a.b.c'],
    ['an encoded name', '%74oken=a.b.c'],
    ['a name with a __Host- prefix', '__Host-token=a.b.c'],
  ])('[14] is not found in %s', (_name, cookie) => {
    expect(found(get({ cookie }), token)).toBe('token_missing');
  });

  test.each<[string, RequestLike]>([
    ['in one header', get({ cookie: 'token=a; token=b' })],
    ['with the same value', get({ cookie: 'token=a; token=a' })],
    ['far apart', get({ cookie: 'token=a; x=1; token=b; y=2' })],
    ['in two headers', get({ cookie: ['token=a', 'token=b'] })],
    ['the second one empty', get({ cookie: 'token=a; token=' })],
    ['the first one empty', get({ cookie: 'token=; token=a' })],
    ['both empty', get({ cookie: 'token=; token=' })],
    ['with blanks', get({ cookie: 'token=a;\ttoken\t=b' })],
  ])('[14] is refused if it was sent twice: %s', (_name, request) => {
    expect(found(request, token)).toBe('header_malformed');
  });

  test('[14] may have a name of one letter', () => {
    expect(found(get({ cookie: 'a=1; t=a.b.c' }), { cookie: 't' })).toBe('token a.b.c');
    expect(found(get({ cookie: 't=a; t=b' }), { cookie: 't' })).toBe('header_malformed');
  });

  test('[14] is found in the second of two cookie headers, which HTTP/2 allows', () => {
    expect(found(get({ cookie: ['a=1', 'token=a.b.c'] }), token)).toBe('token a.b.c');
  });

  test.each([
    ['valid', 'Bearer d.e.f', 'token d.e.f'],
    ['empty', '', 'token_missing'],
    ['blank', ' ', 'header_malformed'],
    ['Bearer without a token', 'Bearer', 'header_malformed'],
    ['of another scheme', 'Basic YTpi', 'scheme_unsupported'],
    ['two joined headers', 'Bearer a, Bearer b', 'header_malformed'],
  ])('[14] is ignored if the authorization header is %s', (_name, authorization, result) => {
    expect(found(get({ authorization, cookie: 'token=a.b.c' }), token)).toBe(result);
  });

  test('[14] is ignored if there are two authorization headers', () => {
    expect(found(get({ authorization: ['Bearer a', 'Bearer b'], cookie: 'token=a.b.c' }), token)).toBe(
      'header_malformed',
    );
    expect(found(get({ authorization: ['', ''], cookie: 'token=a.b.c' }), token)).toBe('header_malformed');
  });

  test('[14] is ignored if there is an authorization header, even if the token belongs in another header', () => {
    const options = { cookie: 'token', header: 'x-token' };
    expect(found(get({ cookie: 'token=a.b.c' }), options)).toBe('token a.b.c');
    expect(found(get({ authorization: 'Basic YTpi', cookie: 'token=a.b.c' }), options)).toBe('token_missing');
    expect(found(get({ 'x-token': 'x', cookie: 'token=a.b.c' }), options)).toBe('scheme_unsupported');
    expect(found(get({ 'x-token': '', cookie: 'token=a.b.c' }), options)).toBe('token_missing');
  });
});

describe('the origin of a request with a cookie', () => {
  test.each([
    ['another site', 'https://evil.test', 'cross-site', 'token_missing'],
    ['a client without these headers', undefined, undefined, 'token_missing'],
    ['the same origin', 'https://app.test', 'same-origin', 'token a.b.c'],
  ])('[14] a WebSocket handshake of %s, whose page could read the messages', (_name, origin, site, outcome) => {
    const headers = { upgrade: 'websocket', cookie: 'token=a.b.c', host: 'app.test', origin, 'sec-fetch-site': site };
    expect(found({ method: 'GET', url: '/', headers }, { cookie: 'token' })).toBe(outcome);
  });

  const host = 'app.test';
  const origins = ['https://admin.test', 'http://localhost:3000'];

  interface Sent {
    readonly method?: string | undefined;
    readonly host?: string | undefined;
    readonly origin?: string | string[];
    readonly site?: string | string[];
  }

  function outcome(sent: Sent, allowed: readonly string[] = origins): 'read' | string {
    const headers: Record<string, string | string[]> = { cookie: 'token=a' };
    const hostSent = 'host' in sent ? sent.host : host;
    if (hostSent !== undefined) headers['host'] = hostSent;
    if (sent.origin !== undefined) headers['origin'] = sent.origin;
    if (sent.site !== undefined) headers['sec-fetch-site'] = sent.site;
    const result = found({ method: sent.method, url: '/', headers }, { cookie: 'token', origins: allowed });
    return result === 'token a' ? 'read' : result;
  }

  test.each(['GET', 'HEAD', 'OPTIONS'])('[14] %s is accepted from every origin', (method) => {
    expect(outcome({ method })).toBe('read');
    expect(outcome({ method, origin: 'https://evil.test', site: 'cross-site' })).toBe('read');
    expect(outcome({ method, origin: 'null' })).toBe('read');
  });

  const unsafe = [
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'CONNECT',
    'TRACE',
    'QUERY',
    'PROPFIND',
    'get',
    'Head',
    'TARGET',
    'GET ',
    '*',
    undefined,
  ];

  describe('[14] with an unsafe or unknown method', () => {
    const outcomes = (sent: Sent) => new Set(unsafe.map((method) => outcome({ method, ...sent })));

    test.each<[string, Sent]>([
      ['its own origin', { origin: 'https://app.test' }],
      ['its own origin, over http', { origin: 'http://app.test' }],
      ['its own origin and Sec-Fetch-Site: same-origin', { origin: 'https://app.test', site: 'same-origin' }],
      ['its own origin with a port', { host: 'app.test:8443', origin: 'https://app.test:8443' }],
      ['its own origin, if the host names the default port', { host: 'app.test:443', origin: 'https://app.test' }],
      [
        'its own origin over http, if the host names the default port',
        { host: 'app.test:80', origin: 'http://app.test' },
      ],
      ['its own origin, if the host has capitals', { host: 'APP.Test', origin: 'https://app.test' }],
      ['its own origin that is an IP address', { host: '[::1]:3000', origin: 'http://[::1]:3000' }],
      ['no origin and Sec-Fetch-Site: same-origin', { site: 'same-origin' }],
      ['no origin, no host and Sec-Fetch-Site: same-origin', { host: undefined, site: 'same-origin' }],
      ['a named origin', { origin: 'https://admin.test' }],
      ['a named origin and Sec-Fetch-Site: cross-site', { origin: 'https://admin.test', site: 'cross-site' }],
      ['a named origin with a port', { origin: 'http://localhost:3000', site: 'same-site' }],
      ['a named origin and no host', { host: undefined, origin: 'https://admin.test' }],
    ])('accepts the cookie with %s', (_name, sent) => {
      expect(outcomes(sent)).toEqual(new Set(['read']));
    });

    test.each<[string, Sent]>([
      ['no origin and no Sec-Fetch-Site', {}],
      ['a foreign origin', { origin: 'https://evil.test' }],
      ['a foreign origin and Sec-Fetch-Site: same-origin', { origin: 'https://evil.test', site: 'same-origin' }],
      ['a null origin', { origin: 'null' }],
      ['a null origin and Sec-Fetch-Site: same-origin', { origin: 'null', site: 'same-origin' }],
      ['a null origin on a host called null', { host: 'null', origin: 'null' }],
      ['an empty origin', { origin: '' }],
      ['an empty origin and Sec-Fetch-Site: same-origin', { origin: '', site: 'same-origin' }],
      ['another port', { origin: 'https://app.test:8443' }],
      ['the default port of another scheme', { host: 'app.test:443', origin: 'http://app.test' }],
      ['no port, if the host has one', { host: 'app.test:8443', origin: 'https://app.test' }],
      ['a subdomain', { origin: 'https://x.app.test' }],
      ['the domain above', { host: 'x.app.test', origin: 'https://app.test' }],
      ['a longer host', { origin: 'https://app.test.evil.test' }],
      ['a host that ends with the host', { origin: 'https://evilapp.test' }],
      ['a host with a trailing dot', { origin: 'https://app.test.' }],
      ['another scheme', { origin: 'ftp://app.test' }],
      ['an extension', { origin: 'chrome-extension://app.test' }],
      ['a scheme that ends with http', { origin: 'xhttp://app.test' }],
      ['a scheme that ends with https', { origin: 'web+https://app.test' }],
      ['a file', { origin: 'file://' }],
      ['no scheme', { origin: 'app.test' }],
      ['a relative origin', { origin: '//app.test' }],
      ['its own origin and Sec-Fetch-Site: cross-site', { origin: 'https://app.test', site: 'cross-site' }],
      ['its own origin and Sec-Fetch-Site: same-site', { origin: 'https://app.test', site: 'same-site' }],
      ['its own origin and Sec-Fetch-Site: none', { origin: 'https://app.test', site: 'none' }],
      ['its own origin and an empty Sec-Fetch-Site', { origin: 'https://app.test', site: '' }],
      ['its own origin and Sec-Fetch-Site: Same-Origin', { origin: 'https://app.test', site: 'Same-Origin' }],
      ['Sec-Fetch-Site: same-site', { site: 'same-site' }],
      ['Sec-Fetch-Site: cross-site', { site: 'cross-site' }],
      ['Sec-Fetch-Site: none', { site: 'none' }],
      ['an empty Sec-Fetch-Site', { site: '' }],
      ['two origins', { origin: ['https://app.test', 'https://app.test'] }],
      ['two origins, joined', { origin: 'https://app.test, https://evil.test' }],
      ['two origins with a space', { origin: 'https://app.test https://evil.test' }],
      ['a named origin and another', { origin: ['https://admin.test', 'https://evil.test'] }],
      ['two Sec-Fetch-Site headers', { site: ['same-origin', 'cross-site'] }],
      ['two joined Sec-Fetch-Site headers', { site: 'same-origin, cross-site' }],
      ['its own origin and no host', { host: undefined, origin: 'https://app.test' }],
      ['no host, and an origin called undefined', { host: undefined, origin: 'https://undefined' }],
      ['its own origin and an empty host', { host: '', origin: 'https://app.test' }],
      ['a malformed host', { host: 'app.test:x', origin: 'https://app.test' }],
      ['a named origin with a trailing slash', { origin: 'https://admin.test/' }],
      ['a named origin in capitals', { origin: 'https://ADMIN.test' }],
      ['a named origin with another port', { origin: 'https://admin.test:8443' }],
      ['a named origin over http', { origin: 'http://admin.test' }],
      ['a host that begins with a named origin', { origin: 'https://admin.test.evil.test' }],
    ])('ignores the cookie with %s', (_name, sent) => {
      expect(outcomes(sent)).toEqual(new Set(['token_missing']));
    });
  });

  test('[14] an origin with a user name does not match the host', () => {
    expect(outcome({ method: 'POST', origin: 'https://app.test@evil.test' })).toBe('token_missing');
    expect(outcome({ method: 'POST', host: 'evil.test@app.test', origin: 'https://evil.test' })).toBe('token_missing');
  });

  test('[14] without the origins option, only the origin of the request itself is accepted', () => {
    expect(outcome({ method: 'POST', origin: 'https://admin.test' }, [])).toBe('token_missing');
    expect(outcome({ method: 'POST', origin: 'https://app.test' }, [])).toBe('read');
  });

  test('[14] the host from the framework takes precedence over the Host header', () => {
    const request = { method: 'POST', host: 'public.test', headers: { cookie: 'token=a', host: 'inside.test' } };
    const from = (origin: string) =>
      found({ ...request, headers: { ...request.headers, origin } }, { cookie: 'token' });
    expect(from('https://public.test')).toBe('token a');
    expect(from('https://inside.test')).toBe('token_missing');
  });

  test.each<[string, RequestParts]>([
    ['an absolute target', { url: 'https://evil.test/', headers: { host: 'app.test' } }],
    [':authority', { url: '/', headers: { host: 'app.test', ':authority': 'evil.test' } }],
    ['a second Host header', { url: '/', headers: { host: ['app.test', 'evil.test'] } }],
    ['an equal second Host header', { url: '/', headers: { host: ['app.test', 'app.test'] } }],
    ['a malformed forwarded host', { url: '/', headers: { host: 'app.test' }, host: 'app.test, evil.test' }],
    ['a forwarded host that the framework cannot explain', { url: '/', headers: { host: 'app.test' }, host: null }],
  ])('[32] no origin matches the host if there is %s', (_name, request) => {
    for (const origin of ['https://app.test', 'https://evil.test', 'null', 'https://undefined', 'https://null']) {
      const headers = { ...request.headers, cookie: 'token=a', origin };
      expect(found({ ...request, method: 'POST', headers }, { cookie: 'token' })).toBe('token_missing');
    }
  });

  test('[32] a named origin counts even if the host is not known', () => {
    const headers = { cookie: 'token=a', origin: 'https://app.test', host: ['app.test', 'evil.test'] };
    const options = { cookie: 'token', origins: ['https://app.test'] };
    expect(found({ method: 'POST', headers }, options)).toBe('token a');
  });

  test('[14] forwarded host headers are ignored', () => {
    const headers = {
      cookie: 'token=a',
      host: 'app.test',
      origin: 'https://evil.test',
      'x-forwarded-host': 'evil.test',
      forwarded: 'host=evil.test',
    };
    expect(found({ method: 'POST', headers }, { cookie: 'token' })).toBe('token_missing');
  });

  test('[14] a host or a method on Object.prototype is ignored', () => {
    const planted = { host: 'evil.test', authority: 'evil.test', method: 'GET' };
    const headers = { cookie: 'token=a', origin: 'https://evil.test' };
    for (const [name, value] of Object.entries(planted)) {
      Object.defineProperty(Object.prototype, name, { value, configurable: true });
      const outcomes = [{ method: 'POST', headers }, { headers }, headers].map((sent) =>
        found(sent, { cookie: 'token' }),
      );
      Reflect.deleteProperty(Object.prototype, name);
      expect(outcomes).toEqual(['token_missing', 'token_missing', 'token_missing']);
    }
  });

  test('[14] method override headers are ignored', () => {
    const headers = { cookie: 'token=a', host: 'app.test', 'x-http-method-override': 'GET' };
    expect(found({ method: 'POST', headers }, { cookie: 'token' })).toBe('token_missing');
  });

  test('[14] headers without a method count as an unsafe method', () => {
    expect(found({ cookie: 'token=a' }, { cookie: 'token' })).toBe('token_missing');
    expect(found(new Headers({ cookie: 'token=a' }), { cookie: 'token' })).toBe('token_missing');
  });

  test('[14] the host of a Fetch request is the host of its URL', () => {
    const request = (origin: string) => {
      const sent = new Request('https://app.test:8443/orders', { method: 'POST' });
      sent.headers.set('cookie', 'token=a');
      sent.headers.set('origin', origin);
      return sent;
    };
    expect(found(request('https://app.test:8443'), { cookie: 'token' })).toBe('token a');
    expect(found(request('https://app.test'), { cookie: 'token' })).toBe('token_missing');
  });

  test('[14] a malformed authorization header is reported before the origin is checked', () => {
    const headers = { cookie: 'token=a; token=b', origin: 'https://evil.test' };
    expect(found({ method: 'POST', headers }, { cookie: 'token' })).toBe('header_malformed');
  });
});

describe('isFromOwnPages', () => {
  test.each([
    ['its own origin', { origin: 'https://app.test' }, true],
    ['a named origin', { origin: 'https://admin.test' }, true],
    ['a foreign origin', { origin: 'https://evil.test' }, false],
    ['no origin', {}, false],
  ])('[14] decides for a request with %s', (_name, headers, answer) => {
    const request = viewOf({ method: 'POST', url: '/token', headers: { host: 'app.test', ...headers } });
    expect(isFromOwnPages(request, ['https://admin.test'])).toBe(answer);
  });
});
