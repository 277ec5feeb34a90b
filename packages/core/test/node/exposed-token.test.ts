import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, type InspectOptions, inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type AuthWithToken, createGuards } from '../../src/adapter.ts';
import { createVerifier } from '../../src/index.ts';
import { issuer, makeKey, mint } from '../mint.ts';

const key = await makeKey();
const token = await mint(key, { sub: 'ada' });
const verifier = createVerifier({ issuer, keys: { keys: [key.publicJwk] } });

async function authWithToken(): Promise<AuthWithToken> {
  const call: { caller?: unknown } = {};
  const { requireAuth } = createGuards<typeof call, (given: typeof call) => Promise<unknown>>({
    place: 'call.caller',
    describe: () => ({ method: 'GET', path: '/', headers: { authorization: `Bearer ${token}` } }),
    read: ({ caller }) => caller,
    write: (given, auth) => Object.assign(given, { caller: auth }),
    toMiddleware: (guard) => (given) =>
      guard(given, { pass: () => 'passed', answer: () => 'answered', fail: (error) => Promise.reject(error) }),
  });
  expect(await requireAuth(verifier, { exposeToken: true })(call)).toBe('passed');
  return call.caller as AuthWithToken;
}

function sharedMaps(): readonly unknown[] {
  const names = Object.getOwnPropertySymbols(globalThis).filter(({ description }) => description?.startsWith('torii.'));
  expect(names.length).toBeGreaterThan(2);
  return names.map((name) => Reflect.get(globalThis, name));
}

function printed(print: (out: Console) => void): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  print(new Console(stream));
  return text;
}

test.each<[string, (auth: AuthWithToken) => string]>([
  ['util.inspect', (auth) => inspect(auth)],
  ['util.inspect with showHidden', (auth) => inspect(auth, { showHidden: true, depth: 9 })],
  ['util.inspect with showHidden and getters', (auth) => inspect(auth, { showHidden: true, getters: true, depth: 9 })],
  ['util.inspect of a request', (auth) => inspect({ req: { auth } }, { showHidden: true, getters: true, depth: 9 })],
  [
    'util.inspect of the prototype',
    (auth) => inspect(Object.getPrototypeOf(auth), { showHidden: true, getters: true }),
  ],
  ['util.inspect without the own way of printing', (auth) => inspect(auth, { showHidden: true, customInspect: false })],
  [
    'util.inspect of what copies of the package share',
    (auth) => inspect([auth, ...sharedMaps()], { showHidden: true, depth: 9 }),
  ],
  ['util.format', (auth) => format('%o %O %j %s', auth, auth, auth, auth)],
  ['console.log', (auth) => printed((out) => out.log({ auth }, auth))],
  ['console.dir with showHidden', (auth) => printed((out) => out.dir(auth, { showHidden: true, depth: 9 }))],
  [
    'console.dir with showHidden and getters',
    (auth) =>
      printed((out) => out.dir({ req: { auth } }, { showHidden: true, getters: true, depth: 9 } as InspectOptions)),
  ],
  [
    'util.inspect of an object that inherits from it',
    (auth) => inspect(Object.create(auth), { showHidden: true, getters: true, customInspect: false }),
  ],
  ['console.table', (auth) => printed((out) => out.table([auth]))],
  ['v8.serialize', (auth) => inspect(deserialize(serialize(auth)), { showHidden: true })],
  ['another realm', (auth) => String(runInNewContext('JSON.stringify({ ...auth, auth })', { auth, JSON }))],
])('[16] %s does not show the token of an Auth', async (_name, show) => {
  const auth = await authWithToken();
  expect(auth.token).toBe(token);
  const shown = show(auth);
  expect(shown).not.toContain('eyJ');
  expect(shown).not.toContain(token);
});

test('[16] util.inspect shows the same as for an Auth without a token', async () => {
  const [auth, plain] = [await authWithToken(), await verifier.verify(token)];
  expect(inspect(auth)).toBe(inspect(plain));
  const everything = { showHidden: true, getters: true, customInspect: false };
  expect(inspect(auth, everything)).toBe(inspect(plain, everything));
});
