import { describe, expect, test } from 'vitest';
import type { Judged } from '../src/judged-response.ts';
import { findProblems } from '../src/judgement.ts';

const challenge = 'Bearer realm="torii", error="invalid_token", error_description="The token has expired."';
const refusal = {
  status: 401,
  headers: new Map([
    ['www-authenticate', challenge],
    ['cache-control', 'private, no-store'],
    ['vary', 'Origin, authorization, Cookie'],
    ['content-type', 'application/json; charset=utf-8'],
  ]),
  body: '{"error":{"code":"authentication_failed","reason":"token_expired","message":"The token has expired."}}',
};
const expired = { given: refusal, wanted: { refusal: 'token_expired' }, visits: [] };
const letIn = { given: response(200, { handler: 'rest', userId: 'ada' }), wanted: { handler: 'rest', userId: 'ada' } };

function response(status: number, body: unknown = '', headers = new Map<string, string>()): Judged['given'] {
  return { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function judge(judged: Partial<Judged> & Pick<Judged, 'given' | 'wanted'>): readonly string[] {
  return findProblems({ visits: undefined, method: 'GET', level: 'responses', secrets: ['eyJ'], ...judged });
}

/** The refusal with another header; without it if the value is undefined. */
function withHeader(name: string, value?: string): Judged['given'] {
  const headers = new Map(refusal.headers);
  if (value === undefined) headers.delete(name);
  else headers.set(name, value);
  return { ...refusal, headers };
}

test('accepts a refusal as core sends it, and the handler of the right user', () => {
  expect(judge(expired)).toEqual([]);
  expect(judge({ ...letIn, visits: ['rest'] })).toEqual([]);
  expect(judge(letIn)).toEqual([]);
});

describe('a refusal', () => {
  test.each<[string, Judged['given'], string]>([
    ['with another status', { ...refusal, status: 403 }, 'The status is 403 instead of 401.'],
    ['without a challenge', withHeader('www-authenticate'), 'The header www-authenticate is undefined'],
    ['with a quote in its challenge', withHeader('www-authenticate', `${challenge}"`), 'The header www-authenticate'],
    ['that may be cached', withHeader('cache-control', 'no-cache'), 'The header cache-control is "no-cache"'],
    ['that does not vary', withHeader('vary', 'Authorization'), 'The header vary is "Authorization"'],
    ['that is to be repeated', withHeader('retry-after', '5'), 'The header retry-after is "5" instead of none.'],
    ['with another type', withHeader('content-type', 'text/html'), 'The header content-type is "text/html"'],
    ['with a token', { ...refusal, body: refusal.body.replace('The', 'The eyJ') }, 'The response contains "eyJ".'],
    ['with another code', { ...refusal, body: refusal.body.replace('authentication', 'x') }, 'The code is "x_failed"'],
    ['with another reason', { ...refusal, body: refusal.body.replace('_exp', '_') }, 'The reason is "token_ired"'],
    ['with a second field', { ...refusal, body: refusal.body.replace('}}', '},"a":1}') }, 'is not JSON'],
    ['with an expected value', { ...refusal, body: refusal.body.replace('}}', ',"b":1}}') }, 'has the fields b, code'],
    ['with a stack', { ...refusal, body: refusal.body.replace('."', '.\\n at x"') }, 'The message is'],
    ['with a page', { ...refusal, body: '<html>' }, 'is not JSON: <html>'],
  ])('%s is reported', (_name, given, problem) => {
    expect(judge({ ...expired, given })).toEqual([expect.stringContaining(problem)]);
  });

  test('after which a handler ran is reported, whatever the response is', () => {
    for (const level of ['responses', 'decisions'] as const)
      expect(judge({ ...expired, level, visits: ['rest'] })).toEqual([
        expect.stringContaining('The handler rest ran before the request was refused'),
      ]);
  });
});

describe('at the level decisions, a refused request', () => {
  const wanted = { refusal: 'token_expired' };

  test.each([400, 401, 403, 404, 418])('may have the status %i', (status) => {
    expect(judge({ given: response(status), wanted, level: 'decisions' })).toEqual([]);
  });

  test.each([200, 204, 302, 500, 503, 0])('may not have the status %i', (status) => {
    expect(judge({ given: response(status), wanted, level: 'decisions' })).toHaveLength(1);
  });

  test('may have the status 503 if the server cannot decide', () => {
    expect(judge({ given: response(503), wanted: { refusal: 'keys_unavailable' }, level: 'decisions' })).toEqual([]);
  });

  test('may get no response if it is not HTTP', () => {
    expect(judge({ given: response(0), wanted: { status: [400, 401] }, level: 'decisions' })).toEqual([]);
  });

  test('may not have the body of a handler', () => {
    const given = response(401, { userId: 'ada' });
    expect(judge({ given, wanted, level: 'decisions' })).toEqual([expect.stringContaining('was let in')]);
  });
});

test.each<[string, Partial<Judged>, string]>([
  ['another user', { given: response(200, { handler: 'rest', userId: 'root' }) }, 'The handler saw the user "root"'],
  ['no user', { given: response(200, { handler: 'rest' }) }, 'The handler saw the user null'],
  ['another handler', { given: response(200, { handler: 'public', userId: 'ada' }) }, 'The handler "public" responded'],
  ['two handlers', { visits: ['rest', 'public'] }, 'The handlers that ran are [rest, public]'],
  ['no handler', { visits: [] }, 'The handlers that ran are []'],
  ['a refusal', { given: refusal }, 'The request of the user ada was refused: status 401'],
])('reports %s instead of the right handler', (_name, change, problem) => {
  expect(judge({ ...letIn, ...change })).toEqual([expect.stringContaining(problem)]);
});
