// Gives values to a client component, with React's own server renderer. Prints what React warns about, as JSON.
// Run with the conditions `react-server` and `@torii/source`.
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createVerifier, ToriiAuthError } from '@torii/core';
import { startEmulator } from '@torii/emulator';

interface Renderer {
  renderToPipeableStream(model: object, manifest: object, options: object): { pipe(stream: PassThrough): unknown };
}

const { renderToPipeableStream }: Renderer = createRequire(import.meta.url)(
  'next/dist/compiled/react-server-dom-webpack/server.node.js',
);

const warnings: string[] = [];
console.error = (...words: readonly unknown[]) => void warnings.push(words.map(String).join(' '));

async function render(value: unknown): Promise<{ readonly payload: string; readonly warnings: readonly string[] }> {
  warnings.length = 0;
  const stream = new PassThrough();
  const onError = (error: unknown) => void warnings.push(String(error));
  renderToPipeableStream({ prop: value }, {}, { onError }).pipe(stream);
  return { payload: await text(stream), warnings: [...warnings] };
}

const torii = await startEmulator();
const verifier = createVerifier({ issuer: torii.issuer });
const organization = { id: 'acme', role: 'org:administrator' };
const token = await torii.token({
  userId: 'ada',
  organization,
  claims: { plan: { name: 'pro', seats: [1, { a: 2 }] } },
});
const actor = await torii.token({ userId: 'bob', claims: { act: { sub: 'admin' } } });
const headers = { authorization: `Bearer ${token}` };
const auth = await verifier.verify(token);

const props = {
  'an Auth': auth,
  'an Auth of the cache': await verifier.verify(token),
  'an Auth with an actor': await verifier.verify(actor),
  'the claims': auth.raw,
  'the organization': auth.organization,
  'a promise of an Auth': verifier.verify(token),
  'the result of check': await verifier.check({ headers }),
  'the denial of check': (await verifier.check({ headers: {} })).denial,
  'an error as JSON': new ToriiAuthError('token_missing', 'No token was sent.').toJSON(),
  'a copy of an Auth': structuredClone(auth),
  // React warns about this one: see the test.
  'a class': new (class Session {})(),
};
const results: Record<string, unknown> = {};
for (const [name, value] of Object.entries(props)) results[name] = await render(value);
await torii.stop();
console.log(JSON.stringify(results));
