import { authorize, type Check, type RequestParts, refuse, ToriiForbiddenError } from '@torii/core';
import { describe, expect, test, vi } from 'vitest';
import { allOf, anyOf, createAuthz, not } from '../src/index.ts';
import { callerWith, requestFor, statusOf } from './callers.ts';

const auth = await callerWith({ roles: 'clerk' });
const request = requestFor('/x');
const yes: Check = () => true;
const no: Check = () => false;
const refusing: Check = () => refuse('Not you.', 'for the logs');
const broken: Check = () => {
  throw new Error('broken');
};
const odd = [undefined, null, 0, 1, 'true', {}, [], Symbol('x'), { message: 'x' }].map(
  (value): Check =>
    async () =>
      value as never,
);

async function passes(check: Check): Promise<boolean> {
  try {
    await authorize(auth, request, [check]);
    return true;
  } catch (error) {
    if (!(error instanceof ToriiForbiddenError)) throw error;
    return false;
  }
}

test('[27] truth, as logic has it', async () => {
  for (const a of [yes, no]) {
    expect(await passes(not(a))).toBe(a === no);
    for (const b of [yes, no]) {
      expect(await passes(allOf(a, b))).toBe(a === yes && b === yes);
      expect(await passes(anyOf(a, b))).toBe(a === yes || b === yes);
      expect(await passes(not(allOf(a, not(b))))).toBe(!(a === yes && b === no));
    }
  }
});

describe('[27] what is neither yes nor no', () => {
  test.each(odd.map((check, index) => [index, check] as const))('%i never becomes a yes', async (_index, check) => {
    expect(await passes(check)).toBe(false);
    expect(await passes(not(check))).toBe(false);
    expect(await passes(not(not(check)))).toBe(false);
    expect(await passes(not(anyOf(check, no)))).toBe(false);
    expect(await passes(not(allOf(yes, check)))).toBe(false);
    expect(await passes(not(anyOf(no, allOf(check, yes))))).toBe(false);
    expect(await passes(anyOf(check, no))).toBe(false);
    expect(await passes(anyOf(check, yes))).toBe(true);
    expect(await passes(allOf(yes, check))).toBe(false);
  });
});

describe('[27] what a check throws', () => {
  test.each<[string, Check]>([
    ['not', not(broken)],
    ['not of not', not(not(broken))],
    ['anyOf', anyOf(broken, yes)],
    ['anyOf, behind a no', anyOf(no, broken, yes)],
    ['allOf', allOf(yes, broken)],
    ['not of anyOf', not(anyOf(no, broken))],
    ['anyOf of not', anyOf(not(broken), yes)],
  ])('is passed on by %s', async (_name, check) => {
    await expect(passes(check)).rejects.toThrow('broken');
  });

  test('is a rejection too', async () => {
    await expect(passes(not(async () => Promise.reject(new Error('late'))))).rejects.toThrow('late');
  });

  test('and a policy that cannot be read is no "no"', async () => {
    const authz = createAuthz({ permissions: () => Promise.reject(new Error('down')) });
    for (const check of [not(authz.checks[0]), anyOf(authz.checks[0], yes)]) {
      await expect(authorize(auth, request, [check])).rejects.toMatchObject({ reason: 'policy_unavailable' });
    }
    const slug = createAuthz({ tenant: { slug: '/:company/*' } });
    await expect(authorize(auth, requestFor('//x'), [not(slug.checks[0])])).rejects.toMatchObject({
      reason: 'request_malformed',
    });
  });
});

test('[27] the first that refuses decides what is answered, and the rest are not asked', async () => {
  const rest = vi.fn(yes);
  await expect(authorize(auth, request, [allOf(yes, refusing, rest)])).rejects.toThrow('Not you.');
  expect(await passes(anyOf(yes, rest))).toBe(true);
  expect(rest).not.toHaveBeenCalled();
  expect(await passes(not(refusing))).toBe(true);
});

describe('[27] where too little is known to decide', () => {
  const authz = createAuthz({ permissions: { permissions: { clerk: ['x:get'] } } });
  const slugs = createAuthz({ tenant: { slug: '/:company/*' } });
  const hosts = createAuthz({ tenant: { baseDomain: 'example.com' } });
  test.each<[string, Check, RequestParts]>([
    ['no path', authz.checks[0], requestFor(undefined)],
    ['no method', authz.checks[0], { url: '/y', headers: {} }],
    ['a method that nobody knows', authz.checks[0], requestFor('/y', { method: 'get' })],
    ['no path, and so no tenant in it', slugs.checks[0], requestFor(undefined)],
    ['no host', hosts.checks[0], requestFor('/y')],
  ])('%s refuses, also under not', async (_name, check, unknown) => {
    for (const condition of [check, not(check), not(not(check)), anyOf(check, yes)]) {
      await expect(authorize(auth, unknown, [condition])).rejects.toMatchObject({ reason: 'not_allowed' });
    }
  });

  test('a plain no is turned round', async () => {
    for (const { checks } of [authz, slugs]) {
      await expect(authorize(auth, requestFor('/y/z'), [not(checks[0])])).resolves.toBeUndefined();
    }
    await expect(
      authorize(auth, requestFor('/y', { host: 'a.example.com' }), [not(hosts.checks[0])]),
    ).resolves.toBeUndefined();
  });
});

test.each<[string, () => unknown]>([
  ['allOf of nothing', () => allOf(...([] as unknown as [Check]))],
  ['anyOf of nothing', () => anyOf(...([] as unknown as [Check]))],
  ['not of nothing', () => not(undefined as never)],
  ['not of a word', () => not('admin' as never)],
  ['allOf of true', () => allOf(true as never)],
  ['anyOf with a hole', () => anyOf(yes, undefined as never)],
])('[27] refuses to make %s', (_name, make) => {
  expect(make).toThrow(expect.objectContaining({ name: 'ToriiConfigError' }));
});

describe('[27] a token in somebody else’s name', () => {
  const permissions = { permissions: { clerk: ['x:get'] } };
  const acting = () => callerWith({ roles: 'clerk', act: { sub: 'root' } });

  test('does not pass', async () => {
    const authz = createAuthz({ permissions });
    expect(await statusOf(authz, await callerWith({ roles: 'clerk' }), request)).toBe(200);
    for (const claims of [{ act: { sub: 'root' } }, { act: {} }, { impersonating: true }]) {
      const auth = await callerWith({ roles: 'clerk', ...claims });
      expect(await statusOf(authz, auth, request)).toBe(403);
      await expect(authz.can(auth, 'x:get')).rejects.toMatchObject({ reason: 'not_allowed' });
    }
    expect(await statusOf(createAuthz({ tenant: { header: true } }), await acting(), request)).toBe(403);
  });

  test('does not pass by being turned round, nor by what else might have let it through', async () => {
    const authz = createAuthz({ permissions });
    const [check] = authz.checks;
    const isBlocked: Check = (auth) => authz.can(auth, 'blocked:get');
    for (const condition of [
      not(check),
      not(isBlocked),
      not(allOf(yes, check)),
      anyOf(check, yes),
      anyOf(no, not(check)),
    ]) {
      await expect(authorize(await acting(), request, [condition])).rejects.toMatchObject({ reason: 'not_allowed' });
    }
    expect(await passes(not(isBlocked))).toBe(true);
  });

  test('is decided like any other where it is audited, and is told of', async () => {
    const onEvent = vi.fn();
    const authz = createAuthz({ permissions, impersonation: 'audit', onEvent });
    expect(await statusOf(authz, await acting(), request)).toBe(200);
    expect(await statusOf(authz, await acting(), requestFor('/y', { method: 'POST' }))).toBe(403);
    expect(await statusOf(authz, await acting(), requestFor('//y'))).toBe(400);
    expect(await authz.can(await acting(), 'x:get')).toBe(true);
    const told = onEvent.mock.calls.flat().filter(({ type }) => type === 'impersonated');
    expect(told).toEqual([
      { type: 'impersonated', userId: 'ada', actorId: 'root', method: 'GET', path: '/x' },
      { type: 'impersonated', userId: 'ada', actorId: 'root', method: 'POST', path: '/y' },
      { type: 'impersonated', userId: 'ada', actorId: 'root', method: 'GET', path: '//y' },
    ]);
  });

  test('a listener that fails decides nothing', async () => {
    for (const onEvent of [
      () => {
        throw new Error('broken');
      },
      async () => Promise.reject(new Error('late')),
    ]) {
      const authz = createAuthz({ permissions, impersonation: 'audit', onEvent });
      expect(await statusOf(authz, await acting(), request)).toBe(200);
    }
  });
});
