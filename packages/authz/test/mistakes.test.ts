import { ToriiConfigError } from '@torii/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { allOf, anyOf, createAuthz, not } from '../src/index.ts';
import { callerWith } from './callers.ts';

const document = { permissions: { clerk: ['sales:get'] } };
const authz = createAuthz({ permissions: document });
const auth = await callerWith();

async function mistakeIn(run: () => unknown): Promise<ToriiConfigError> {
  const error: unknown = await (async () => run())().then(
    (value) => ({ passed: value }),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ToriiConfigError);
  return error as ToriiConfigError;
}

test.each<[string, unknown]>([
  ['a document alone', document],
  ['a promise', Promise.resolve({ permissions: document })],
  ['roles', { permissions: { clerk: ['sales:get'] } }],
  ['a promise of a document', { permissions: Promise.resolve(document) }],
  ['JSON', { permissions: JSON.stringify(document) }],
  ['a file', { permissions: './permissions.json' }],
  ['a URL', { permissions: new URL('https://app.test/permissions.json') }],
  ['a list', { permissions: ['sales:get'] }],
  ['a store without a name', { permissions: new Map() }],
  ['an issuer', { permissions: document, issuer: 'https://acme.torii.so' }],
  ['checks', { permissions: document, checks: [] }],
  ['an Authz', authz],
])('createAuthz refuses %s', async (_name, options) => {
  await mistakeIn(() => createAuthz(options as never));
});

test.each<[string, readonly unknown[]]>([
  ['the arguments in the wrong order', ['sales:get', auth]],
  ['a request', [{ headers: {} }, 'sales:get']],
  ['a promise of an Auth', [Promise.resolve(auth), 'sales:get']],
  ['a copy of an Auth', [{ ...auth }, 'sales:get']],
  ['nobody', [null, 'sales:get']],
  ['a list of permissions', [auth, ['sales:get']]],
  ['a role', [auth, 'clerk']],
])('`can` refuses %s', async (_name, given) => {
  await mistakeIn(() => Reflect.apply(authz.can, authz, [...given]));
});

test.each<[string, unknown]>([
  ['a role', 'clerk'],
  ['an Authz', authz],
  ['a list of checks', authz.checks],
  ['a promise', Promise.resolve(() => true)],
  ['nothing', undefined],
])('conditions refuse %s', async (_name, check) => {
  for (const condition of [allOf, anyOf, not]) await mistakeIn(() => condition(check as () => boolean));
});

describe('an Authz for each request', () => {
  const warnings: unknown[] = [];

  beforeEach(() => {
    warnings.length = 0;
    vi.spyOn(console, 'warn').mockImplementation((text) => warnings.push(text));
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  const ask = (permissions: Parameters<typeof createAuthz>[0]['permissions']) =>
    createAuthz({ permissions: permissions ?? document }).can(auth, 'sales:get');

  test('that reads a store, or calls one function, causes one warning', async () => {
    const store = { getRaw: async () => document };
    for (let i = 0; i < 20; i++) await ask({ store });
    expect(warnings).toHaveLength(1);
    const load = () => document;
    for (let i = 0; i < 20; i++) await ask(load);
    expect(warnings).toHaveLength(2);
  });

  test('causes no warning if the documents differ, or are constant', async () => {
    const store = { getRaw: async () => document };
    for (let i = 0; i < 20; i++) await ask({ store, key: `tenant-${i}` });
    for (let i = 0; i < 20; i++) await ask(document);
    const once = createAuthz({ permissions: { store } });
    for (let i = 0; i < 20; i++) await once.can(auth, 'sales:get');
    expect(warnings).toEqual([]);
  });
});
