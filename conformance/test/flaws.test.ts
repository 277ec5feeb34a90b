// The flawed tokens of the emulator and those of this package, which two separate pieces of code sign.
import { createVerifier } from '@torii/core';
import { type Flaw, startEmulator } from '@torii/emulator';
import { afterAll, expect, test } from 'vitest';
import { flaws } from '../../packages/emulator/src/generated/flaws.ts';
import { startIssuers } from '../src/issuers.ts';

const [emulator, issuers] = [await startEmulator(), await startIssuers()];
afterAll(() => Promise.all([emulator.stop(), issuers.stop()]));

const verifier = createVerifier({ issuer: emulator.issuer });
const names = Object.keys(flaws) as Flaw[];

test('there are flawed tokens', () => {
  expect(names.length).toBeGreaterThan(15);
});

test.each(names)(
  'core refuses the emulator’s token with the flaw %s, with the reason that is documented',
  async (flaw) => {
    const token = await emulator.token({ userId: 'ada', flaw });
    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: flaws[flaw].reason });
  },
);

test.each(names)('the token %s has the same parts in both packages', async (flaw) => {
  const theirs = partsOf(issuers.token(flaw), issuers.torii.url);
  const ours = partsOf(await emulator.token({ userId: 'ada', flaw }), emulator.issuer);
  expect(ours).toEqual(theirs);
});

/** Header and claims, without what each issuer chooses, and the length of the signature. */
function partsOf(token: string, issuer: string) {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const { kid, jwk, ...others } = read(header);
  const { iss, pid, iat, exp, sub, ...claims } = read(payload);
  expect([typeof kid, typeof pid]).toEqual(['string', 'string']);
  return {
    header: {
      ...others,
      jwk:
        jwk &&
        Object.keys(jwk)
          .filter((name) => 'kty crv x y'.includes(name))
          .toSorted(),
    },
    claims: { ...claims, sub, iss: String(iss).replace(issuer, ''), lifetime: flawed(Number(exp) - Number(iat)) },
    signature: signature.length,
  };
}

/** Of the lifetimes, only the odd ones must be the same. */
function flawed(lifetimeSeconds: number) {
  return [300, 86_400].includes(lifetimeSeconds) ? 'usual' : lifetimeSeconds;
}

function read(part: string) {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
