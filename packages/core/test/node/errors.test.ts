import { inspect } from 'node:util';
import { expect, test, vi } from 'vitest';
import { createVerifier, ToriiAuthError, type VerifierEvent } from '../../src/index.ts';
import { issuer, makeKey, mint, nowSeconds } from '../mint.ts';

const key = await makeKey();
const jwks = { keys: [key.publicJwk] };

const everything = { depth: 20, showHidden: true, getters: true, breakLength: 1_000 };

test('[16] util.inspect of an error, a result and an event contains no token', async () => {
  const stranger = await makeKey();
  const alien = await mint(stranger);
  const tokens = [
    alien,
    await mint(key, { exp: nowSeconds() - 600 }),
    await mint(key, { iss: alien }),
    await mint(key, {}, { kid: alien }),
    await mint(key, { sub: undefined, note: alien }),
    `${await mint(key)}.x`,
  ];
  for (const token of tokens) {
    const events: VerifierEvent[] = [];
    const torii = createVerifier({ issuer, keys: jwks, onEvent: (event) => events.push(event) });
    const error: unknown = await torii
      .authenticate({ authorization: `Bearer ${token}` })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ToriiAuthError);
    const printed = [error, await torii.check({ authorization: `Bearer ${token}` }), ...events]
      .map((value) => inspect(value, everything))
      .join('\n');
    expect(printed).not.toContain('eyJ');
    for (const part of token.split('.')) if (part.length > 10) expect(printed).not.toContain(part.slice(0, 20));
  }
});

test('util.inspect of an error contains its message and its reason', async () => {
  const error = new ToriiAuthError('token_expired', 'The token has expired.');
  expect(inspect(error)).toMatch(/^\[ToriiAuthError: The token has expired\.\]/);
  expect(inspect(error)).toContain("reason: 'token_expired'");
});

test('[16] util.inspect of a verifier contains neither keys nor tokens', async () => {
  const torii = createVerifier({ issuer, keys: jwks });
  const token = await mint(key);
  await torii.verify(token);
  const printed = inspect(torii, everything);
  expect(printed).not.toContain('eyJ');
  expect(printed).not.toContain(String(key.publicJwk['x']));
});

test('a listener that rejects causes no unhandled rejection', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const torii = createVerifier({ issuer, keys: jwks, onEvent: () => Promise.reject(new Error('listener')) as never });
  await torii.verify(await mint(key));
  await torii.check({});
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});
