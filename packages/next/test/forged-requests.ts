import { html } from './raw.ts';

/** Headers that an attacker may send in case a layer trusts them. The test replaces `{…}` by a value. */
export const forged: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ['no headers', []],
  ['a page load', [html]],
  [
    'x-middleware-subrequest of Next 13 to 15',
    [['x-middleware-subrequest', 'middleware:middleware:middleware:middleware:middleware']],
  ],
  [
    'x-middleware-subrequest of an app in src',
    [['x-middleware-subrequest', 'src/middleware:src/middleware:src/middleware:src/middleware:src/middleware']],
  ],
  ['x-middleware-subrequest of proxy.ts', [['x-middleware-subrequest', 'proxy:proxy:proxy:proxy:proxy']]],
  ['x-middleware-subrequest-id', [['x-middleware-subrequest-id', '0']]],
  ['x-middleware-next', [['x-middleware-next', '1']]],
  ['x-middleware-rewrite', [['x-middleware-rewrite', '/welcome']]],
  ['x-middleware-invoke', [['x-middleware-invoke', '1']]],
  ['x-middleware-set-cookie', [['x-middleware-set-cookie', '__Host-torii_token={good}; Path=/']]],
  [
    'x-middleware-override-headers',
    [
      ['x-middleware-override-headers', 'authorization'],
      ['x-middleware-request-authorization', 'Bearer {good}'],
    ],
  ],
  [
    'x-middleware-prefetch',
    [
      ['x-middleware-prefetch', '1'],
      ['purpose', 'prefetch'],
    ],
  ],
  [
    'x-invoke-path',
    [
      ['x-invoke-path', '/welcome'],
      ['x-invoke-status', '200'],
      ['x-invoke-output', '/private'],
    ],
  ],
  [
    'x-matched-path',
    [
      ['x-matched-path', '/private'],
      ['x-now-route-matches', '1=private'],
    ],
  ],
  ['x-nextjs-data', [['x-nextjs-data', '1']]],
  ['x-prerender-revalidate', [['x-prerender-revalidate', '1']]],
  [
    'x-torii-auth',
    [
      ['x-torii-auth', '{"userId":"ada"}'],
      ['x-torii-token', '{good}'],
      ['x-torii-user-id', 'ada'],
      ['x-torii-session-token', '{good}'],
      ['x-api-key', '{good}'],
    ],
  ],
  [
    'x-original-url',
    [
      ['x-original-url', '/welcome'],
      ['x-rewrite-url', '/welcome'],
      ['x-forwarded-uri', '/welcome'],
    ],
  ],
  [
    'x-forwarded-host',
    [
      ['x-forwarded-host', 'localhost'],
      ['x-forwarded-for', '127.0.0.1'],
      ['x-real-ip', '127.0.0.1'],
    ],
  ],
  ['rsc', [['rsc', '1']]],
  [
    'an RSC prefetch',
    [
      ['rsc', '1'],
      ['next-router-prefetch', '1'],
      ['next-url', '/welcome'],
    ],
  ],
  [
    'an RSC prefetch of a segment',
    [
      ['rsc', '1'],
      ['next-router-prefetch', '1'],
      ['next-router-segment-prefetch', '/private/__PAGE__'],
    ],
  ],
  [
    'an RSC prefetch of the tree',
    [
      ['rsc', '1'],
      ['next-router-prefetch', '2'],
      ['next-router-segment-prefetch', '/_tree'],
    ],
  ],
  [
    'a state tree',
    [
      ['rsc', '1'],
      ['next-router-state-tree', '%5B%22%22%2C%7B%7D%5D'],
    ],
  ],
  ['next-action', [['next-action', '{action}']]],
  ['a bad token', [['Authorization', 'Bearer a.b.c']]],
  ['a token signed by an unknown key', [['Authorization', 'Bearer {stranger}']]],
  ['a cookie signed by an unknown key', [['Cookie', '__Host-torii_token={stranger}']]],
  ["another issuer's cookie", [['Cookie', '__Host-torii_token={other}']]],
  ['an expired cookie', [['Cookie', '__Host-torii_token={expired}']]],
  ['two cookies of one name', [['Cookie', '__Host-torii_token={good}; __Host-torii_token={good}']]],
  ['a cookie without its prefix', [['Cookie', 'torii_token={good}']]],
  [
    'a good cookie beside a bad header',
    [
      ['Authorization', 'Basic YTpi'],
      ['Cookie', '__Host-torii_token={good}'],
    ],
  ],
];

/** Other URLs for the same pages, which Next might route past the guard. */
export const disguises = [
  '/private.rsc',
  '/private?_rsc=1',
  '/private.prefetch.rsc',
  '/private.segments/_tree.segment.rsc',
  '/private.segments/private/__PAGE__.segment.rsc',
  '/private.json',
  '/_next/data/{build}/private.json',
  '/_next/data/{build}/legacy.json',
  '/_next/data/build/legacy.json',
  '/_next/../private',
  '/_next/static/../../private',
  '/welcome/../private',
  '/welcome/..%2fprivate',
  '/%70rivate',
  '/private/',
  '//private',
  '/./private',
  '/private%00',
  '/private;x=1',
  '/PRIVATE',
  '/de/private',
  '/de/legacy',
  '/DE/legacy',
  '/_next/data/{build}/de/legacy.json',
  // Next takes `.rsc` off the path that it shows the proxy, which then resolves the dots.
  '/private/...rsc',
  '/orders/...rsc',
  '/refusals/page/...rsc',
  '/_next/image?url=%2Fprivate&w=640&q=75',
];
