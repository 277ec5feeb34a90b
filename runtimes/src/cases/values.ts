import type { Case, Group } from '../case.ts';

/** Patch and denialFor, which need no network and no key. */
export function listValueCases(): Group {
  const cacheHeaders = { 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie' };
  const patches: [name: string, fields: Record<string, unknown>, body: string][] = [
    ['a patch with a value and null', { name: 'Ada', locale: null }, '{"name":"Ada","locale":null}'],
    ['a patch with Patch.set', { name: { $set: 'Ada' }, locale: { $set: null } }, '{"name":"Ada","locale":null}'],
    ['an empty patch', {}, '{}'],
  ];
  const denials: [name: string, of: 'auth' | 'forbidden' | 'unavailable' | 'request', denial: object][] = [
    [
      'of an invalid token',
      'auth',
      {
        status: 401,
        headers: {
          'WWW-Authenticate': 'Bearer realm="torii", error="invalid_token", error_description="The token has expired."',
          ...cacheHeaders,
        },
        body: {
          error: { code: 'authentication_failed', reason: 'token_expired', message: 'The token has "expired".' },
        },
      },
    ],
    [
      'of a caller without permission',
      'forbidden',
      {
        status: 403,
        headers: {
          'WWW-Authenticate': 'Bearer realm="torii", error="insufficient_scope", error_description="Not you."',
          ...cacheHeaders,
        },
        body: { error: { code: 'forbidden', reason: 'not_allowed', message: 'Not you.' } },
      },
    ],
    [
      'of an outage',
      'unavailable',
      {
        status: 503,
        headers: { 'Retry-After': '8', ...cacheHeaders },
        body: { error: { code: 'unavailable', reason: 'keys_unavailable', message: 'Later.' } },
      },
    ],
    [
      'of an ambiguous request',
      'request',
      {
        status: 400,
        headers: cacheHeaders,
        body: { error: { code: 'bad_request', reason: 'request_malformed', message: 'Which path?' } },
      },
    ],
  ];
  const cases: Case[] = [
    ...patches.map(([name, fields, expected]): Case => ({ name, expected, question: { ask: 'patch', fields } })),
    {
      name: 'a patch from two objects',
      expected: '{"b":[2],"c":null}',
      question: { ask: 'diff', before: { a: 1, b: [1], c: 3 }, after: { a: 1, b: [2], c: null } },
    },
    ...denials.map(
      ([name, of, denial]): Case => ({
        name: `a denial ${name}`,
        expected: JSON.stringify(denial),
        question: { ask: 'denial', of },
      }),
    ),
    {
      name: 'a refusal that no code handles',
      expected: JSON.stringify([
        401,
        'ToriiAuthError: The token has "expired".',
        [
          401,
          'Bearer realm="torii", error="invalid_token", error_description="The token has expired."',
          { error: { code: 'authentication_failed', reason: 'token_expired', message: 'The token has "expired".' } },
        ],
        [],
      ]),
      question: { ask: 'thrown', of: 'auth' },
    },
    {
      name: 'a wrong option that no code handles',
      expected: '[500,null,null,[]]',
      question: { ask: 'thrown', of: 'config' },
    },
    { name: 'no denial for ToriiConfigError', expected: 'null', question: { ask: 'denial', of: 'config' } },
    { name: 'no denial for a TypeError', expected: 'null', question: { ask: 'denial', of: 'foreign' } },
  ];
  return { name: 'values', cases };
}
