// The filter of an adapter that reads requests itself. The tests of the proxy of @torii/next send it attacks over HTTP.
import { beforeAll, expect, test } from 'vitest';
import type { RequestView } from '../src/adapter.ts';
import type { VerifierEvent } from '../src/index.ts';
import { createRequestFilter } from '../src/internal.ts';
import { issuer, makeKey, mint } from './mint.ts';

let filter: ReturnType<typeof createRequestFilter>;
let token: string;
const events: VerifierEvent[] = [];
beforeAll(async () => {
  const key = await makeKey();
  token = await mint(key);
  const options = {
    issuer,
    keys: { keys: [key.publicJwk] },
    onEvent: (event: VerifierEvent) => void events.push(event),
  };
  const origins = ['https://app.test'];
  filter = createRequestFilter(options, { cookie: 'c', origins, publicPaths: ['/docs/*'], allowPreflight: true });
});

function view(path: string, headers: Record<string, string> = {}, method = 'GET'): RequestView {
  const sent = new Map(Object.entries(headers));
  return { method, host: undefined, path, headerValues: (name) => [sent.get(name) ?? []].flat() };
}

const ask = async (...sent: Parameters<typeof view>) => {
  const { auth, denial } = await filter(view(...sent));
  return denial?.body.error.reason ?? auth?.userId ?? null;
};

test('a token counts in the Authorization header, and in the cookie if a page of the app sent it', async () => {
  const cookie = `c=${token}`;
  expect([
    await ask('/', { authorization: `Bearer ${token}` }),
    await ask('/', { cookie }),
    await ask('/', { cookie, origin: 'https://app.test' }, 'POST'),
    await ask('/', { cookie, origin: 'https://evil.test' }, 'POST'),
    await ask('/', { cookie }, 'POST'),
    await ask('/', { cookie: `d=${token}` }),
    await ask('/', { authorization: `Bearer ${token}x` }),
  ]).toEqual(['user_1', 'user_1', 'user_1', 'token_missing', 'token_missing', 'token_missing', 'token_malformed']);
});

test('public paths and preflights need no token, and each result is reported', async () => {
  const preflight = { origin: 'https://x.test', 'access-control-request-method': 'GET' };
  events.length = 0;
  expect([
    await ask('/docs/a'),
    await ask('/a', preflight, 'OPTIONS'),
    await ask('/docs'),
    await ask('/docs/../a'),
    await ask('/a', preflight),
  ]).toEqual([null, null, 'token_missing', 'token_missing', 'token_missing']);
  expect(events.map((event) => (event.type === 'passed' ? event.why : event.type))).toEqual([
    'public_path',
    'preflight',
    'refused',
    'refused',
    'refused',
  ]);
});

test('a wrong option throws when the filter is created', () => {
  const settings = { cookie: 'c', origins: [], publicPaths: [], allowPreflight: false };
  for (const [options, option] of [
    [{ issuer: undefined }, 'issuer'],
    [{ issuer, audience: undefined }, 'audience'],
    [{ issuer, checks: [() => true] }, 'checks'],
  ] as const)
    expect(() => createRequestFilter(options as never, settings)).toThrow(expect.objectContaining({ option }));
});
