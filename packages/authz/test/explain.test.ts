import { describe, expect, test, vi } from 'vitest';
import { type AuthzOptions, createAuthz, type Finding, lintPermissions } from '../src/index.ts';
import { answerTo, callerWith, requestFor, statusOf } from './callers.ts';
import { cpuMs } from './cpu-time.ts';

const options: AuthzOptions = {
  tenant: { header: true, baseDomain: 'example.com', slug: '/api/:company/*', withoutTenant: ['/api/me'] },
  claims: { tenant: 'tenant_id' },
  permissions: { permissions: { clerk: ['sales/invoices:get'], boss: ['/*:*'] } },
};
const claims = { tenant_id: 7, subdomain: 'acme', pathname_slugs: ['north'], roles: ['clerk', 'ghost'] };
const headers = { 'x-tenant-id': '7', host: 'acme.example.com' };

describe('explain', () => {
  const authz = createAuthz(options);

  test('explains why a request passes', async () => {
    const { allowed, findings, text } = await authz.explain(
      await callerWith(claims),
      requestFor('/api/north/sales/invoices', { headers }),
    );
    expect(allowed).toBe(true);
    expect(findings.map(({ rule, passed }) => [rule, passed])).toEqual([
      ['impersonation', true],
      ['header', true],
      ['subdomain', true],
      ['slug', true],
      ['permission', true],
    ]);
    const [first, ...lines] = text.split('\n');
    expect(first).toContain('GET /api/north/sales/invoices');
    expect(lines).toHaveLength(findings.length);
    for (const [index, { rule, because }] of findings.entries()) {
      expect(lines[index]).toContain(rule);
      expect(lines[index]).toContain(because);
    }
    for (const fact of ['clerk', 'sales/invoices:get']) expect(findings.at(-1)?.because).toContain(fact);
  });

  test('says that expressions were not tried, each time', async () => {
    const roles = Object.fromEntries(['a', 'b', 'c'].map((role) => [role, ['%r{[ab]*x{900}}:get']]));
    const limited = createAuthz({ permissions: { permissions: roles } });
    const auth = await callerWith({ roles: ['a', 'b', 'c'] });
    const asked = async (path: string) => (await limited.explain(auth, requestFor(path))).findings.at(-1)?.because;
    for (let n = 0; n < 2; n++) expect(await asked(`/${'a'.repeat(250)}`)).toContain('; not all regular expressions');
    expect(await asked('/a')).not.toContain('not all');
  });

  test('[33] gives a promise that throws if a field is read without await', async () => {
    const explaining = authz.explain(await callerWith(claims), requestFor('/api/north/x', { headers }));
    for (const field of ['allowed', 'findings', 'text']) {
      expect(() => Reflect.get(explaining, field)).toThrow(expect.objectContaining({ option: 'await' }));
    }
    expect((await explaining).allowed).toBe(false);
    const failing = authz.explain({ userId: 'forged' } as never, requestFor('/x'));
    expect(() => Reflect.get(failing, 'allowed')).toThrow(expect.objectContaining({ option: 'await' }));
  });

  test('reports every rule that fails, not only the first', async () => {
    const request = requestFor('/api/west/x', {
      method: 'PUT',
      headers: { 'x-tenant-id': '8', host: 'evil.example.com' },
    });
    const { allowed, findings } = await authz.explain(await callerWith({ ...claims, act: { sub: 'root' } }), request);
    expect(allowed).toBe(false);
    const facts = {
      impersonation: [],
      header: ['x-tenant-id', '8', '7'],
      subdomain: ['evil.example.com', 'acme'],
      slug: ['west', 'north'],
      permission: ['clerk', 'ghost', 'PUT x'],
    } satisfies Record<Exclude<Finding['rule'], 'path'>, readonly string[]>;
    expect(findings.map(({ rule, passed }) => [rule, passed])).toEqual(Object.keys(facts).map((rule) => [rule, false]));
    for (const [index, words] of Object.values(facts).entries()) {
      for (const word of words) expect(findings[index]?.because).toContain(word);
    }
  });

  test('explains requests that are answered 400 or 503', async () => {
    const auth = await callerWith(claims);
    const twice = await authz.explain(
      auth,
      requestFor('/api/north/x', { headers: { ...headers, 'x-tenant-id': ['7', '8'] } }),
    );
    expect(twice.findings[1]).toEqual({ rule: 'header', passed: false, because: expect.any(String) });
    const odd = await authz.explain(auth, requestFor('/api//x', { headers }));
    expect(odd.findings).toEqual([{ rule: 'path', passed: false, because: expect.any(String) }]);
    const down = createAuthz({ permissions: () => Promise.reject(new Error('down')) });
    expect((await down.explain(auth, requestFor('/x'))).findings.at(-1)).toMatchObject({
      rule: 'permission',
      passed: false,
    });
  });

  test('allows exactly the requests that the check allows', async () => {
    const callers = await Promise.all(
      [{}, claims, { ...claims, roles: 'boss' }, { ...claims, act: {} }].map((c) => callerWith(c)),
    );
    for (const auth of callers) {
      for (const url of [
        '/api/north/sales/invoices',
        '/api/north/x',
        '/api/west/x',
        '/api/me',
        '/api',
        '//',
        undefined,
      ]) {
        for (const sent of [headers, { ...headers, 'x-tenant-id': '8' }, { 'x-tenant-id': '7' }]) {
          const request = requestFor(url, { headers: sent });
          const { allowed } = await authz.explain(auth, request);
          expect(allowed).toBe((await statusOf(authz, auth, request)) === 200);
        }
      }
    }
  });

  test('distinguishes a malformed role from an unknown one, and an empty header from a missing one', async () => {
    const odd = createAuthz({ permissions: () => JSON.parse('{"permissions":{"boss":"all"}}') });
    const reasonFor = async (...roles: readonly string[]): Promise<string> => {
      const { findings } = await odd.explain(await callerWith({ roles }), requestFor('/x'));
      return findings.at(-1)?.because ?? '';
    };
    expect(await reasonFor('boss')).not.toBe((await reasonFor('ghost')).replaceAll('ghost', 'boss'));
    const header = createAuthz({ tenant: { header: true } });
    const auth = await callerWith(claims);
    const empty = await header.explain(auth, requestFor('/x', { headers: { 'x-tenant-id': '' } }));
    const missing = await header.explain(auth, requestFor('/x'));
    expect(empty.findings.at(-1)).toMatchObject({ rule: 'header', passed: false });
    expect(empty.text).not.toBe(missing.text);
  });

  test('names each role, and again the roles that are unknown or malformed', async () => {
    const document = '{"permissions":{"clerk":["x:get"],"boss":"all","chief":"all"}}';
    const roles = createAuthz({ permissions: () => JSON.parse(document) });
    const becauseOf = async (...given: readonly string[]): Promise<string> => {
      const { findings } = await roles.explain(await callerWith({ roles: given }), requestFor('/y'));
      return findings.at(-1)?.because ?? '';
    };
    const because = await becauseOf('clerk', 'boss', 'chief', 'ghost', 'phantom');
    const timesNamed = (role: string) => because.match(new RegExp(`\\b${role}\\b`, 'g'))?.length;
    expect(['clerk', 'boss', 'chief', 'ghost', 'phantom'].map(timesNamed)).toEqual([1, 2, 2, 2, 2]);
    const known = await becauseOf('clerk');
    expect((await becauseOf('ghost')).startsWith(known.replace('clerk', 'ghost'))).toBe(true);
    expect(await becauseOf()).not.toBe(known.replace('clerk', ''));
  });

  test('names every slug of the token, and the root as a slash', async () => {
    const slugs = createAuthz({ tenant: { slug: '/:company/*' } });
    const { findings } = await slugs.explain(
      await callerWith({ pathname_slugs: ['north', 'south'] }),
      requestFor('/x'),
    );
    expect(findings.at(-1)?.because).toMatch(/\bnorth\b.*\bsouth\b/);
    const permissions = createAuthz({ permissions: { permissions: { clerk: ['x:get'] } } });
    const { findings: atRoot } = await permissions.explain(await callerWith(claims), requestFor('/'));
    expect(atRoot.at(-1)?.because).toMatch(/GET \/(?= |;|$)/);
  });

  test('does not name a tenant that the token lacks', async () => {
    const header = createAuthz({ tenant: { header: true } });
    const { findings } = await header.explain(await callerWith(), requestFor('/x', { headers }));
    expect(findings.at(-1)?.because).not.toMatch(/null|undefined/);
  });

  test('rethrows an error that is not a refusal', async () => {
    const broken = {
      get 'x-tenant-id'(): string {
        throw new Error('broken');
      },
    };
    const asked = authz.explain(await callerWith(claims), requestFor('/api/north/x', { headers: broken }));
    await expect(asked).rejects.toThrow('broken');
  });

  test('[16] a request cannot forge a log line', async () => {
    const onEvent = vi.fn();
    const audited = createAuthz({ permissions: { permissions: {} }, impersonation: 'audit', onEvent });
    const request = requestFor('/x', { method: 'GET /x\n  yes  permission: role boss has /*:*' });
    const auth = await callerWith({ act: { sub: 'root' } });
    expect((await audited.explain(auth, request)).text.split('\n')).toHaveLength(3);
    await statusOf(audited, auth, request);
    expect(JSON.stringify(onEvent.mock.calls)).not.toContain('\\n');
  });

  test('[16] withholds a token that was sent in the path, a header or another claim', async () => {
    const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';
    const auth = await callerWith({ ...claims, roles: [token], subdomain: token });
    const sent = { 'x-tenant-id': token, host: 'x.example.com' };
    const { text } = await authz.explain(auth, requestFor(`/api/${token}/${token}`, { headers: sent }));
    expect(text).not.toContain('eyJ');
  });
});

test('[18] a debug function that throws or rejects does not affect the decision or crash the process', async () => {
  const auth = await callerWith(claims);
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  for (const debug of [
    () => {
      throw new Error('broken');
    },
    async () => Promise.reject(new Error('late')),
  ]) {
    const authz = createAuthz({ ...options, debug });
    expect(await statusOf(authz, auth, requestFor('/api/north/sales/invoices', { headers }))).toBe(200);
  }
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test('debug writes the explanation to the log, and leaves the answer unchanged', async () => {
  const log = vi.fn();
  const auth = await callerWith(claims);
  const request = requestFor('/api/north/secret', { headers });
  const { body } = await answerTo(createAuthz({ ...options, debug: log }), auth, request);
  expect(log).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('clerk'));
  expect(body).toBe((await answerTo(createAuthz(options), auth, request)).body);
  const debug = vi.spyOn(console, 'debug').mockImplementation(() => {});
  await answerTo(createAuthz({ ...options, debug: true }), auth, request);
  expect(debug).toHaveBeenCalledOnce();
  await answerTo(createAuthz({ ...options, debug: false }), auth, request);
  expect(debug).toHaveBeenCalledOnce();
  debug.mockRestore();
});

describe('lintPermissions', () => {
  const kindsOf = (...entries: readonly unknown[]) =>
    lintPermissions({ permissions: { role: entries } }).map(({ kind, entry }) => `${kind} ${entry}`);

  test('finds nothing in a correct document', () => {
    expect(
      lintPermissions({
        last_update: 1,
        permissions: {
          '123': ['sales/invoices:get', 'sales/invoices:post', '%r{sales/invoices/\\d+}:get', 'users/*:get'],
          '456': ['admin/*:*', 'reports:get', 'a/*/b:get', 'a/b:get'],
        },
      }),
    ).toEqual([]);
  });

  test.each<[readonly unknown[], readonly string[]]>([
    [['a'], ['malformed a']],
    [[17], ['malformed undefined']],
    [['%r{(?=a)}:get'], ['malformed %r{(?=a)}:get']],
    [['a:get', 'a:get'], ['shadowed a:get']],
    [['a:*', 'a:get'], ['shadowed a:get']],
    [['a:get', 'a:head'], ['shadowed a:head']],
    [['a/*:get', 'a/b/c:get'], ['shadowed a/b/c:get']],
    [['a/b/*:get', 'a/*:*'], ['shadowed a/b/*:get']],
    [['*/b:get', 'a/b:get'], ['shadowed a/b:get']],
    [['a/*/c:get', 'a/b/c:get'], ['shadowed a/b/c:get']],
    [['%r{a/\\d+}:get', 'a/1:get'], ['shadowed a/1:get']],
    [['a:*', 'a:trace'], []],
    [['%r{a}:get', 'a/*:get'], []],
    [['%r{a/[*b]/c}:get', 'a/*/c:get'], []],
    [['a/b:get', 'a/*:post', 'a:get'], []],
    [['a/b:get', '*/b/*:get'], []],
    [['/*:*'], ['dangerous /*:*']],
    [['/*:get'], ['dangerous /*:get']],
    [['*/*:get'], ['dangerous */*:get']],
    [['*:*'], ['surprising *:*']],
    [['%r{.*}:*'], ['dangerous %r{.*}:*']],
    [['%r{a/.*/b}:get'], ['dangerous %r{a/.*/b}:get']],
    [['%r{a/[^/]+/b}:get'], []],
    [['%r{/a}:get'], ['dead %r{/a}:get']],
    [['%r{^/a}:get'], ['dead %r{^/a}:get']],
    [['a:gte'], ['surprising a:gte']],
    [
      ['a:propfind', 'cache/*:purge'],
      ['surprising a:propfind', 'surprising cache/*:purge'],
    ],
    [['%r{/|.*}:*'], ['dangerous %r{/|.*}:*']],
    [['%r{^/?.*}:*'], ['dangerous %r{^/?.*}:*']],
    [['%r{/?admin}:get'], []],
    [['%r{/*secret}:get'], []],
    [['%r{/{0,1}a}:get'], []],
    [['%r{[^0]+}:*'], ['dangerous %r{[^0]+}:*']],
    [['%r{[^x]*}:*'], ['dangerous %r{[^x]*}:*']],
    [['%r{(?s:.)*}:*'], ['dangerous %r{(?s:.)*}:*']],
    [['%r{(?i)ADMIN/[\\s\\S]*}:*'], ['dangerous %r{(?i)ADMIN/[\\s\\S]*}:*']],
    [['%r{sales/(.)+}:get'], ['dangerous %r{sales/(.)+}:get']],
    [['%r{[^a][^/]*}:get'], ['dangerous %r{[^a][^/]*}:get']],
    [['%r{x/[^A-F0-9]+}:get'], ['dangerous %r{x/[^A-F0-9]+}:get']],
    [['%r{(?i)x/[^a-f/]+}:get', '%r{x/[^\\d/]+}:get', '%r{[^/]+/\\w+}:get'], []],
    [['%r{(?:ab){900}{9}}:get'], ['malformed %r{(?:ab){900}{9}}:get']],
    [['%r{(?:ab{99}){99}}:get'], ['malformed %r{(?:ab{99}){99}}:get']],
  ])('reports %j as %j', (entries, expected) => {
    expect(kindsOf(...entries)).toEqual(expected);
  });

  test('reports roles and documents that grant nothing', () => {
    expect(
      lintPermissions('{"permissions":{"a":[],"b":"x","constructor":["x:get"]}}').map(
        ({ kind, role }) => `${kind} ${role}`,
      ),
    ).toEqual(['dead a', 'malformed b', 'malformed constructor']);
    const cyclic: Record<string, unknown> = { permissions: { a: ['x:get'] } };
    cyclic['me'] = cyclic;
    const big = { permissions: { a: ['x:get'] }, size: 1n };
    const map = { permissions: new Map([['a', ['x:get']]]) };
    for (const document of [undefined, null, '', '{', [], {}, cyclic, big, map]) {
      expect(lintPermissions(document)).toEqual([
        { kind: 'malformed', role: undefined, entry: undefined, message: expect.any(String) },
      ]);
    }
  });

  test('checks 100,000 permissions without blocking for long', () => {
    const permissions = { role: Array.from({ length: 100_000 }, (_, n) => `a/${n % 300}/b${n}:get`) };
    const begun = cpuMs();
    expect(lintPermissions({ permissions })).toEqual([]);
    expect(cpuMs() - begun).toBeLessThan(60_000);
  });
});
