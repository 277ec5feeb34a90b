// Asks a policy about paths that a caller made up, and reports the memory that the policy holds then.
import { authorize, createVerifier } from '@torii/core';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { reportHeldHeap } from '../../../scripts/held-heap.ts';
import { type Authz, createAuthz } from '../src/index.ts';

const issuer = 'https://acme.torii.test';
const { privateKey, publicKey } = await generateKeyPair('ES256');
const keys = { keys: [{ ...(await exportJWK(publicKey)), kty: 'EC', kid: 'one', alg: 'ES256' }] };
const token = await new SignJWT({ iss: issuer, sub: 'ada', pid: 'env_1', roles: ['first', 'second'] })
  .setProtectedHeader({ alg: 'ES256', kid: 'one' })
  .setIssuedAt()
  .setExpirationTime('1h')
  .sign(privateKey);
const auth = await createVerifier({ issuer, keys }).verify(token);

/** Each line is compiled alone. Nearly every character of a random path adds a state to the automaton of its expression. */
const lines = Array.from({ length: 150 }, (_, n) => `%r{area${n}/.*[a-m].{40}}:get`);
const authz = createAuthz({ permissions: { permissions: { first: lines, second: lines, third: ['reports/*:get'] } } });

let seed = 1;
function randomText(length: number): string {
  return Array.from({ length }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return String.fromCharCode(97 + Math.floor(seed / 82_595_525));
  }).join('');
}

const floods: Readonly<Record<string, (authz: Authz) => Promise<void>>> = {
  states: async () => {
    // Each decision may add only a few states.
    for (let n = 0; n < 1_500; n++) await authz.can(auth, `area${n % 150}/${randomText(900)}:get`);
  },
  decisions: async () => {
    for (let n = 0; n < 12_000; n++) {
      const url = `/${n}/${'x'.repeat(900)}`;
      await authorize(auth, { method: 'GET', url, headers: {} }, authz.checks).catch(() => {});
    }
  },
};

await reportHeldHeap(authz, async () => floods[process.argv[2] ?? '']?.(authz));
