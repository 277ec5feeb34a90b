import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cast, startCast } from './cast.ts';

let cast: Cast;
beforeAll(async () => {
  cast = await startCast();
});
afterAll(() => cast[Symbol.asyncDispose]());

function call(method: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${cast.api}/me`, { method, headers: { origin: cast.page, ...headers } });
}

test('the browser’s question before a request is answered without a token', async () => {
  const { status, headers } = await call('OPTIONS', {
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  });
  expect(status).toBe(204);
  expect(headers.get('access-control-allow-origin')).toBe(cast.page);
  expect(headers.get('access-control-allow-headers')).toBe('authorization');
  expect(headers.get('access-control-allow-credentials')).toBeNull();
});

test('the page may read a refusal, and what it challenges', async () => {
  const { status, headers } = await call('GET', {});
  expect(status).toBe(401);
  expect(headers.get('access-control-allow-origin')).toBe(cast.page);
  expect(headers.get('access-control-expose-headers')).toMatch(/\bWWW-Authenticate\b/i);
  expect(headers.get('www-authenticate')).toBe('Bearer realm="torii"');
  expect(headers.get('vary')).toMatch(/\bOrigin\b/);
});

test('the page may read an answer', async () => {
  const token = await cast.torii.token({ userId: 'ada' });
  const response = await call('GET', { authorization: `Bearer ${token}` });
  expect(response.headers.get('access-control-allow-origin')).toBe(cast.page);
  expect(await response.json()).toMatchObject({ userId: 'ada' });
});

test('a page of another origin may read neither', async () => {
  const { headers } = await call('GET', { origin: 'http://evil.example' });
  expect(headers.get('access-control-allow-origin')).not.toBe('http://evil.example');
  expect(headers.get('access-control-allow-origin')).not.toBe('*');
});

test('the page itself loads scripts and calls servers that it names, and no others', async () => {
  const { headers } = await fetch(cast.page);
  const policy = headers.get('content-security-policy');
  expect(policy).toContain(`script-src 'self' ${cast.torii.issuer};`);
  expect(policy).toContain(`connect-src 'self' ${cast.torii.issuer} ${cast.api};`);
  expect(policy).not.toMatch(/unsafe|\*/);
});
