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

test('answers a preflight without a token', async () => {
  const { status, headers } = await call('OPTIONS', {
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  });
  expect(status).toBe(204);
  expect(headers.get('access-control-allow-origin')).toBe(cast.page);
  expect(headers.get('access-control-allow-headers')).toBe('authorization');
  expect(headers.get('access-control-allow-credentials')).toBeNull();
});

test('lets the page read a refusal and its challenge', async () => {
  const { status, headers } = await call('GET', {});
  expect(status).toBe(401);
  expect(headers.get('access-control-allow-origin')).toBe(cast.page);
  expect(headers.get('access-control-expose-headers')).toMatch(/\bWWW-Authenticate\b/i);
  expect(headers.get('www-authenticate')).toBe('Bearer realm="torii"');
  expect(headers.get('vary')).toMatch(/\bOrigin\b/);
});

test('lets the page read a response', async () => {
  const token = await cast.emulator.token({ userId: 'ada' });
  const response = await call('GET', { authorization: `Bearer ${token}` });
  expect(response.headers.get('access-control-allow-origin')).toBe(cast.page);
  expect(await response.json()).toMatchObject({ userId: 'ada' });
});

test('does not let a page of another origin read responses', async () => {
  const { headers } = await call('GET', { origin: 'http://evil.example' });
  expect(headers.get('access-control-allow-origin')).not.toBe('http://evil.example');
  expect(headers.get('access-control-allow-origin')).not.toBe('*');
});

test('the page may use only its own origin, the issuer and the API', async () => {
  const { headers } = await fetch(cast.page);
  const policy = headers.get('content-security-policy');
  expect(policy).toContain(`script-src 'self' ${cast.emulator.issuer};`);
  expect(policy).toContain(`connect-src 'self' ${cast.emulator.issuer} ${cast.api};`);
  expect(policy).not.toMatch(/unsafe|\*/);
});
