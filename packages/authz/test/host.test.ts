import type { RequestParts } from '@torii/core';
import { describe, expect, test } from 'vitest';
import { type AuthzOptions, createAuthz } from '../src/index.ts';
import { callerWith, requestFor, statusOf } from './callers.ts';

describe('[22] the subdomain', () => {
  const tenant: AuthzOptions['tenant'] = { baseDomain: ['example.com', 'eu.example.com', 'localhost'] };
  const authz = createAuthz({ tenant });
  const ask = async (host: string | undefined, subdomain: unknown = 'acme') =>
    statusOf(authz, await callerWith({ subdomain }), requestFor('/x', { host }));

  test.each([
    'acme.example.com',
    'acme.example.com:8443',
    'acme.example.com.',
    'ACME.Example.COM',
    'acme.eu.example.com',
    'acme.localhost:3000',
  ])('accepts %s', async (host) => {
    expect(await ask(host)).toBe(200);
    expect(await ask(host, 'Acme')).toBe(200);
    expect(await ask(host, 'other')).toBe(403);
  });

  test('is compared as in DNS: only A to Z ignore case', async () => {
    for (const claimed of ['\u212Aiwi', '\u212aIWI', 'ki\u0130', 'ſ']) {
      for (const host of ['kiwi.example.com', 'ki\u0307.example.com', 's.example.com']) {
        expect(await ask(host, claimed)).toBe(403);
      }
    }
    expect(await ask('\u212Aiwi.example.com', 'kiwi')).toBe(403);
    expect(await ask('KIWI.example.com', 'Kiwi')).toBe(200);
  });

  test('may have several labels', async () => {
    expect(await ask('a.b.example.com', 'a.b')).toBe(200);
    expect(await ask('a.b.example.com', 'a')).toBe(403);
    expect(await ask('a.b.example.com', 'b')).toBe(403);
    expect(await ask('acme.eu.example.com', 'acme.eu')).toBe(403);
  });

  test.each<[string | undefined, unknown?]>([
    [undefined],
    [''],
    ['example.com', ''],
    ['example.com', 'example'],
    ['eu.example.com', 'eu'],
    ['.example.com', ''],
    ['acme.example.com..'],
    ['acme.example.org'],
    ['acme.example.com.evil.test'],
    ['acme.evilexample.com'],
    ['acmeexample.com'],
    ['acmeexample.com', 'acm'],
    ['acme-example.com'],
    ['evil.test#acme.example.com'],
    ['acme.example.com@evil.test'],
    ['acme@x.example.com'],
    ['127.0.0.1', '127'],
    ['127.0.0.1:80', '127.0.0'],
    ['[::1]:80', '[::1]'],
    ['acme.example.com:80:80'],
    ['acme:80.example.com'],
    ['acme.example.com:'],
    ['acme.example.com:x'],
    ['acme.example.com/x'],
    ['acme..example.com', 'acme.'],
    ['acme%2eexample.com'],
    ['acmé.example.com', 'acmé'],
    ['acme.example.com, evil.test'],
    [`${'a'.repeat(300)}.example.com`, 'a'.repeat(300)],
    ['acme.example.com', ['acme']],
    ['acme.example.com', null],
    ['true.example.com', true],
  ])('refuses the host %s for a token with the subdomain %j', async (host, subdomain) => {
    expect(await ask(host, subdomain)).toBe(403);
  });

  test('may make the host as long as DNS allows, and no longer', async () => {
    const longest = 'a'.repeat(253 - '.example.com'.length);
    expect(await ask(`${longest}.example.com`, longest)).toBe(200);
    expect(await ask(`a${longest}.example.com`, `a${longest}`)).toBe(403);
  });

  test('is read from the Host header, not from X-Forwarded-Host', async () => {
    const headers = { host: 'evil.example.com', 'x-forwarded-host': 'acme.example.com' };
    expect(await statusOf(authz, await callerWith({ subdomain: 'acme' }), requestFor('/x', { headers }))).toBe(403);
  });

  test.each<[string, RequestParts]>([
    ['an absolute target', { method: 'GET', url: 'http://other.example.com/x', headers: { host: 'acme.example.com' } }],
    [
      ':authority',
      { method: 'GET', url: '/x', headers: { ':authority': 'other.example.com', host: 'acme.example.com' } },
    ],
    [
      'a second Host header',
      {
        method: 'GET',
        url: '/x',
        headers: { host: 'acme.example.com' },
        rawHeaders: ['Host', 'acme.example.com', 'Host', 'other.example.com'],
      },
    ],
    ['a Fetch URL', new Request('https://other.example.com/x', { headers: { host: 'acme.example.com' } })],
  ])('[32] is not known if the Host header and %s differ', async (_name, request) => {
    for (const subdomain of ['acme', 'other']) {
      expect(await statusOf(authz, await callerWith({ subdomain }), request)).toBe(403);
    }
  });
});
