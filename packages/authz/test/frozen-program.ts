// A program that a test stops with SIGSTOP. It decides the requests that its parent sends.
import { createVerifier } from '@torii/core';
import { startEmulator } from '@torii/emulator';
import { answerQuestions } from '../../../scripts/frozen-process.ts';
import { createAuthz } from '../src/index.ts';

const { STORE_URL: storeUrl = '' } = process.env;
const torii = await startEmulator();
const auth = await createVerifier({ issuer: torii.issuer }).verify(await torii.token({ claims: { roles: 'clerk' } }));
await torii.stop();

const authz = createAuthz({ permissions: async () => (await fetch(storeUrl)).text() });
answerQuestions(() => authz.can(auth, 'x:get').catch((error: { readonly reason?: string }) => error.reason));
