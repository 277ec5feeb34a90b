import { describe, expect, test } from 'vitest';
import { createVerifier } from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { isLoopback } from '../src/options/loopback.ts';

/** A host as it is written in a URL, and whether it is loopback. */
const hosts: readonly (readonly [host: string, isLocal: boolean])[] = [
  ['localhost', true],
  ['LOCALHOST', true],
  ['127.0.0.1', true],
  ['127.0.0.0', true],
  ['127.1.2.3', true],
  ['127.255.255.255', true],
  ['127.1', true],
  ['2130706433', true],
  ['0x7f000001', true],
  ['0177.0.0.1', true],
  ['127.0.0.1.', true],
  ['[::1]', true],
  ['[0:0:0:0:0:0:0:1]', true],
  ['localhost.', false],
  ['app.localhost', false],
  ['localhost.localhost', false],
  ['localhost.evil.test', false],
  ['evil-localhost', false],
  ['localhost6', false],
  ['localhost.localdomain', false],
  ['127.0.0.1.evil.test', false],
  ['127.evil.test', false],
  ['127-0-0-1.evil.test', false],
  ['126.255.255.255', false],
  ['128.0.0.1', false],
  ['0.0.0.0', false],
  ['10.0.0.1', false],
  ['192.168.0.1', false],
  ['169.254.169.254', false],
  ['[::]', false],
  ['[::2]', false],
  ['[::ffff:127.0.0.1]', false],
  ['[::127.0.0.1]', false],
  ['[fe80::1]', false],
];

test.each(hosts)('[3] %s is loopback: %s', (host, isLocal) => {
  expect(isLoopback(new URL(`http://${host}:3000`).hostname)).toBe(isLocal);
});

test('the host of a parsed URL is loopback as a whole', () => {
  for (const host of ['x127.0.0.1', '1127.0.0.1', 'a.127.0.0.1', '127.0.0.1x']) expect(isLoopback(host)).toBe(false);
});

describe('[3] plain http', () => {
  const refused = (option: string) => expect.objectContaining({ name: 'ToriiConfigError', option });

  test.each(hosts)('is accepted for the key set URL of a JWT verifier: %s: %s', (host, isLocal) => {
    const make = () => createJwtVerifier({ jwks: `http://${host}/jwks.json`, algorithms: ['ES256'] });
    if (isLocal) expect(make).not.toThrow();
    else expect(make).toThrow(refused('jwks'));
  });

  // An issuer must also be written in its normal form.
  test.each(hosts.filter(([host]) => new URL(`http://${host}`).hostname === host))(
    'is accepted for the issuer: %s: %s',
    (host, isLocal) => {
      const make = () => createVerifier({ issuer: `http://${host}:4100` });
      if (isLocal) expect(make).not.toThrow();
      else expect(make).toThrow(refused('issuer'));
    },
  );
});
