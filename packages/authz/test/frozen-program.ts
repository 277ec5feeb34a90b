// A program that a test stops with SIGSTOP. It decides the requests that its parent sends.
import { readFileSync } from 'node:fs';
import { createVerifier } from '@torii/core';
import { startEmulator } from '@torii/emulator';
import { createAuthz } from '../src/index.ts';

const { STORE_URL: storeUrl = '', CLOCK_FILE: clockFile = '' } = process.env;
const torii = await startEmulator();
const auth = await createVerifier({ issuer: torii.issuer }).verify(await torii.token({ claims: { roles: 'clerk' } }));
await torii.stop();

// The parent sets both clocks of this program ahead, so that time passes while it is stopped.
const [dateNow, performanceNow] = [Date.now.bind(Date), performance.now.bind(performance)];
const aheadMs = (): number => Number(readFileSync(clockFile, 'utf8'));
Date.now = () => dateNow() + aheadMs();
performance.now = () => performanceNow() + aheadMs();

const authz = createAuthz({ permissions: async () => (await fetch(storeUrl)).text() });
process.on('message', async ({ id }: { readonly id: number }) => {
  const outcome = await authz.can(auth, 'x:get').catch((error: { readonly reason?: string }) => error.reason);
  process.send?.({ id, outcome });
});
process.send?.('ready');
