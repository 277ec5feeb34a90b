import {
  authorize,
  type Check,
  createVerifier,
  type RequestParts,
  refuse,
  reportOnly,
  ToriiForbiddenError,
  type VerifierEvent,
} from '@torii/core';
import { describe, expect, test, vi } from 'vitest';
import { allOf, anyOf, createAuthz, not } from '../src/index.ts';
import { callerWith, listeningVerifier, requestFor, statusOf, torii } from './callers.ts';

const auth = await callerWith({ roles: 'clerk' });
const request = requestFor('/x');
const yes: Check = () => true;
const no: Check = () => false;
const refusing: Check = () => refuse('Not you.', 'for the logs');
const broken: Check = () => {
  throw new Error('broken');
};
const invalidResults = [undefined, null, 0, 1, 'true', {}, [], Symbol('x'), { message: 'x' }].map(
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

test('[27] allOf, anyOf and not follow boolean logic', async () => {
  for (const a of [yes, no]) {
    expect(await passes(not(a))).toBe(a === no);
    for (const b of [yes, no]) {
      expect(await passes(allOf(a, b))).toBe(a === yes && b === yes);
      expect(await passes(anyOf(a, b))).toBe(a === yes || b === yes);
      expect(await passes(not(allOf(a, not(b))))).toBe(!(a === yes && b === no));
    }
  }
});

describe('[27] a check that returns neither true, false nor a refusal', () => {
  test.each(invalidResults.map((check, index) => [index, check] as const))(
    '%i never passes, with or without conditions around it',
    async (_index, check) => {
      expect(await passes(check)).toBe(false);
      expect(await passes(not(check))).toBe(false);
      expect(await passes(not(not(check)))).toBe(false);
      expect(await passes(not(anyOf(check, no)))).toBe(false);
      expect(await passes(not(allOf(yes, check)))).toBe(false);
      expect(await passes(not(anyOf(no, allOf(check, yes))))).toBe(false);
      expect(await passes(anyOf(check, no))).toBe(false);
      expect(await passes(anyOf(check, yes))).toBe(true);
      expect(await passes(allOf(yes, check))).toBe(false);
    },
  );
});

describe('[33] a promise is never taken for true', () => {
  const slowly = (value: unknown): Check => (() => Promise.resolve(Promise.resolve(value))) as Check;
  const thenable: Check = (() => ({
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library
    then: (resolve: (value: unknown) => void) => resolve(false),
  })) as unknown as Check;

  test.each<[string, Check]>([
    ['false', slowly(false)],
    ['a refusal', slowly(refuse())],
    ['undefined', slowly(undefined)],
    ['a truthy value', slowly(1)],
    ['false, by another library', thenable],
  ])('that resolves with %s', async (_name, check) => {
    expect(await passes(check)).toBe(false);
    expect(await passes(allOf(yes, check))).toBe(false);
    expect(await passes(anyOf(check, no))).toBe(false);
    expect(await passes(not(not(check)))).toBe(false);
    expect(await passes(not(anyOf(yes, check)))).toBe(false);
  });

  test('that a check returns instead of awaiting it', async () => {
    const authz = createAuthz({
      permissions: { permissions: { clerk: ['sales/invoices:get'] } },
      claims: { roles: 'roles' },
    });
    expect(await passes((caller) => authz.can(caller, 'sales/invoices:get'))).toBe(true);
    expect(await passes((caller) => authz.can(caller, 'sales/invoices:post'))).toBe(false);
    expect(await passes(not((caller) => authz.can(caller, 'sales/invoices:get')))).toBe(false);
  });
});

test('[27] the event of a refusal names the conditions and the checks in them', async () => {
  const events: VerifierEvent[] = [];
  const isAdmin: Check = () => false;
  const isCareless = (() => undefined) as unknown as Check;
  const condition = allOf(
    anyOf(isAdmin, () => false),
    not(isCareless),
  );
  const authz = createAuthz({ permissions: { permissions: {} } });
  expect([allOf(isAdmin).name, anyOf(isAdmin, not(isAdmin)).name]).toEqual([
    'allOf(isAdmin)',
    'anyOf(isAdmin, not(isAdmin))',
  ]);
  for (const checks of [[condition], [not(isCareless)], authz.checks]) {
    const { token, verifier } = await listeningVerifier((event) => events.push(event), checks);
    await expect(verifier.verify(token)).rejects.toThrow(ToriiForbiddenError);
  }
  expect(events.flatMap((event) => (event.type === 'refused' ? [event.detail] : []))).toMatchObject([
    { checkName: 'allOf(anyOf(isAdmin, a check without a name), not(isCareless))', checkPosition: 0 },
    { checkName: 'not(isCareless)', checkPosition: 0, returned: 'undefined' },
    {},
  ]);
  expect(authz.checks[0].name).toBe('authz');
});

describe('[27] an error that a check throws', () => {
  test.each<[string, Check]>([
    ['not', not(broken)],
    ['not of not', not(not(broken))],
    ['anyOf', anyOf(broken, yes)],
    ['anyOf, after a refusal', anyOf(no, broken, yes)],
    ['allOf', allOf(yes, broken)],
    ['not of anyOf', not(anyOf(no, broken))],
    ['anyOf of not', anyOf(not(broken), yes)],
  ])('is rethrown by %s', async (_name, check) => {
    await expect(passes(check)).rejects.toThrow('broken');
  });

  test('is rethrown if the check rejects', async () => {
    await expect(passes(not(async () => Promise.reject(new Error('late'))))).rejects.toThrow('late');
  });

  test('is rethrown by not and anyOf if the permissions cannot be read or the path is ambiguous', async () => {
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

test('[27] the first check that refuses decides the answer, and later checks are not called', async () => {
  const rest = vi.fn(yes);
  await expect(authorize(auth, request, [allOf(yes, refusing, rest)])).rejects.toThrow('Not you.');
  expect(await passes(anyOf(yes, rest))).toBe(true);
  expect(rest).not.toHaveBeenCalled();
  expect(await passes(not(refusing))).toBe(true);
});

describe('[27] a request without the information that a rule needs', () => {
  const authz = createAuthz({ permissions: { permissions: { clerk: ['x:get'] } } });
  const slugs = createAuthz({ tenant: { slug: '/:company/*' } });
  const hosts = createAuthz({ tenant: { baseDomain: 'example.com' } });
  test.each<[string, Check, RequestParts]>([
    ['no path', authz.checks[0], requestFor(undefined)],
    ['no method', authz.checks[0], { url: '/y', headers: {} }],
    ['an unknown method', authz.checks[0], requestFor('/y', { method: 'get' })],
    ['a method with a part in lower case', authz.checks[0], requestFor('/y', { method: 'M-search' })],
    ['no path to find a slug in', slugs.checks[0], requestFor(undefined)],
    ['no host', hosts.checks[0], requestFor('/y')],
  ])('is refused, even under not: %s', async (_name, check, unknown) => {
    for (const condition of [check, not(check), not(not(check)), anyOf(check, yes)]) {
      await expect(authorize(auth, unknown, [condition])).rejects.toMatchObject({ reason: 'not_allowed' });
    }
  });

  test('is refused with an event that names the rule', async () => {
    const events: VerifierEvent[] = [];
    const token = await torii.token({ userId: 'ada' });
    const verifier = createVerifier({ issuer: torii.issuer, checks: hosts.checks, onEvent: (e) => events.push(e) });
    const { denial } = await verifier.check({ url: '/y', headers: { authorization: `Bearer ${token}` } });
    expect(denial?.status).toBe(403);
    expect(events.at(-1)).toMatchObject({ type: 'refused', detail: { check: expect.stringContaining('subdomain') } });
  });

  test('not inverts an ordinary refusal', async () => {
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
  ['not of a string', () => not('admin' as never)],
  ['allOf of true', () => allOf(true as never)],
  ['anyOf with undefined in the list', () => anyOf(yes, undefined as never)],
])('[27] refuses to create %s', (name, make) => {
  expect(make).toThrow(expect.objectContaining({ name: 'ToriiConfigError', option: name.split(' ')[0] }));
});

describe('[27] an impersonated token', () => {
  const permissions = { permissions: { clerk: ['x:get'] } };
  const impersonated = () => callerWith({ roles: 'clerk', act: { sub: 'root' } });

  test('does not pass', async () => {
    const authz = createAuthz({ permissions });
    expect(await statusOf(authz, await callerWith({ roles: 'clerk' }), request)).toBe(200);
    for (const claims of [{ act: { sub: 'root' } }, { act: {} }, { impersonating: true }]) {
      const auth = await callerWith({ roles: 'clerk', ...claims });
      expect(await statusOf(authz, auth, request)).toBe(403);
      await expect(authz.can(auth, 'x:get')).rejects.toMatchObject({ reason: 'not_allowed' });
    }
    expect(await statusOf(createAuthz({ tenant: { header: true } }), await impersonated(), request)).toBe(403);
  });

  test('does not pass under not, or in anyOf before a check that passes', async () => {
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
      await expect(authorize(await impersonated(), request, [condition])).rejects.toMatchObject({
        reason: 'not_allowed',
      });
    }
    expect(await passes(not(isBlocked))).toBe(true);
  });

  test('is refused by can() with an event that names the rule', async () => {
    const events: VerifierEvent[] = [];
    const authz = createAuthz({ permissions });
    const checks: readonly Check[] = [(auth) => authz.can(auth, 'x:get')];
    const verifier = createVerifier({ issuer: torii.issuer, checks, onEvent: (event) => events.push(event) });
    const token = await torii.token({ userId: 'ada', claims: { act: { sub: 'root' } } });
    const { denial } = await verifier.check({ url: '/x', headers: { authorization: `Bearer ${token}` } });
    expect(denial?.status).toBe(403);
    expect(events.at(-1)).toMatchObject({ detail: { check: expect.stringContaining('impersonation') } });
  });

  test('with audit, is decided by the other rules and reported to onEvent', async () => {
    const onEvent = vi.fn();
    const authz = createAuthz({ permissions, impersonation: 'audit', onEvent });
    expect(await statusOf(authz, await impersonated(), request)).toBe(200);
    expect(await statusOf(authz, await impersonated(), requestFor('/y', { method: 'POST' }))).toBe(403);
    expect(await statusOf(authz, await impersonated(), requestFor('//y'))).toBe(400);
    expect(await authz.can(await impersonated(), 'x:get')).toBe(true);
    const reported = onEvent.mock.calls.flat().filter(({ type }) => type === 'impersonated');
    expect(reported).toEqual([
      { type: 'impersonated', userId: 'ada', actorId: 'root', method: 'GET', path: '/x' },
      { type: 'impersonated', userId: 'ada', actorId: 'root', method: 'POST', path: '/y' },
      { type: 'impersonated', userId: 'ada', actorId: 'root', method: 'GET', path: '//y' },
    ]);
  });

  test('is the only one that is reported, and only with audit', async () => {
    const onEvent = vi.fn();
    const audited = createAuthz({ permissions, impersonation: 'audit', onEvent });
    expect(await statusOf(audited, await callerWith({ roles: 'clerk' }), request)).toBe(200);
    const refused = createAuthz({ permissions, onEvent });
    expect(await statusOf(refused, await impersonated(), request)).toBe(403);
    expect(onEvent.mock.calls.flat().filter(({ type }) => type === 'impersonated')).toEqual([]);
  });

  test('is reported without a method and a path if the request has none', async () => {
    const onEvent = vi.fn();
    const authz = createAuthz({ tenant: { header: true }, impersonation: 'audit', onEvent });
    expect(await statusOf(authz, await impersonated(), { headers: {} })).toBe(403);
    expect(onEvent.mock.calls.flat()).toEqual([
      { type: 'impersonated', userId: 'ada', actorId: 'root', method: undefined, path: undefined },
    ]);
  });

  test('a listener that throws or rejects does not affect the decision', async () => {
    for (const onEvent of [
      () => {
        throw new Error('broken');
      },
      async () => Promise.reject(new Error('late')),
    ]) {
      const authz = createAuthz({ permissions, impersonation: 'audit', onEvent });
      expect(await statusOf(authz, await impersonated(), request)).toBe(200);
    }
  });
});

describe('[27] a check that is only reported', () => {
  const reported = reportOnly(yes);

  test('cannot be a part of a condition', () => {
    const conditions = [
      () => not(reported),
      () => anyOf(reported, no),
      () => anyOf(no, reported),
      () => allOf(reported),
    ];
    for (const create of conditions) expect(create).toThrow(/must not contain `reportOnly`/);
  });

  test('can be a condition, or the rules of createAuthz', async () => {
    const events: VerifierEvent[] = [];
    const authz = createAuthz({ permissions: { permissions: {} } });
    const checks = [reportOnly(not(yes)), ...authz.checks.map(reportOnly)];
    const { token, verifier } = await listeningVerifier((event) => events.push(event), checks);
    await verifier.verify(token);
    await vi.waitFor(() =>
      expect(events.map(({ type }) => type)).toEqual(['verified', 'would_refuse', 'would_refuse']),
    );
    const names = events.flatMap((event) => (event.type === 'would_refuse' ? [event.detail.checkName] : []));
    expect(names.sort()).toEqual(['authz', 'not(yes)']);
  });
});
