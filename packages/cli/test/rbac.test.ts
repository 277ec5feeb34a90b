import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lintPermissions } from '@torii/authz';
import { expect, test } from 'vitest';
import { type Ended, runCommand, temporaryFolder } from './command.ts';
import { runInProcess } from './in-process.ts';
import { startOnTerminal } from './terminal.ts';

const permissions = { clerk: ['invoices:get', 'invoices/*:get'], '17': ['%r{reports/\\d+}:get'] };
const odd = { permissions: { clerk: ['invoices/*:get', 'invoices/7:get', '*:*', 'x'], idle: [] } };

function rbac(
  args: readonly string[],
  files: Readonly<Record<string, unknown>> = {},
  input = '',
  run: typeof runCommand | typeof runInProcess = runInProcess,
): Promise<Ended> {
  const folder = temporaryFolder();
  const all = { 'good.json': { permissions }, 'odd.json': odd, ...files };
  for (const [name, value] of Object.entries(all)) {
    writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  }
  return run(['rbac', ...args], { folder, input });
}

test('finds no problem in a good document', async () => {
  expect(await rbac(['lint', 'good.json'])).toEqual({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/^.+\n$/),
  });
});

test('lists the findings of authz and exits with 1', async () => {
  const { code, stdout, stderr } = await rbac(['lint', '-', '--json'], {}, JSON.stringify(odd), runCommand);
  expect([code, JSON.parse(stdout), stderr]).toEqual([
    1,
    JSON.parse(JSON.stringify(lintPermissions(odd))),
    expect.stringMatching(new RegExp(`^torii: .*\\b${lintPermissions(odd).length}\\b.*\n$`)),
  ]);
  const table = await rbac(['lint', 'odd.json']);
  expect(table.stdout).toMatch(/^kind\trole\tline\tproblem\nmalformed\tclerk\tx\t\S/);
});

test('ignores the kinds of findings that --allow names', async () => {
  const all = { permissions: { admin: ['/*:*'] } };
  expect(await rbac(['lint', 'all.json'], { 'all.json': all })).toMatchObject({ code: 1 });
  expect(await rbac(['lint', 'all.json', '--allow', 'dangerous'], { 'all.json': all })).toMatchObject({ code: 0 });
});

test.each([
  ['text that is not JSON', '{'],
  ['JSON that is not an object', '[]'],
  ['nothing', ''],
])('finds that it is %s', async (_name, input) => {
  const { code, stdout } = await rbac(['lint', '-'], {}, input);
  expect([code, stdout]).toEqual([1, expect.stringContaining('malformed')]);
});

test('fits findings into 40 columns', async (context) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'odd.json'), JSON.stringify(odd));
  const terminal = await startOnTerminal(context, ['rbac', 'lint', 'odd.json'], { folder, columns: 40 });
  expect(await terminal.ended).toBe(1);
  expect(terminal.text()).toContain('shadowed');
});

test.each<[string, string[], RegExp]>([
  ['a role', ['GET', '/invoices/7?page=2', '--role', 'clerk'], /permission\tyes\t.*\bclerk\b.*invoices\/\*:get/],
  [
    'one role of several',
    ['get', '/invoices', '--role', 'nobody', 'clerk'],
    /permission\tyes\t.*\bclerk\b.*invoices:get/,
  ],
  ['a role that is a number', ['GET', '/reports/1', '--role', '17'], /permission\tyes\t.*\b17\b/],
  [
    'a base',
    ['GET', '/api/invoices', '--base', '/api/*', '--role', 'clerk'],
    /permission\tyes\t.*\bclerk\b.*invoices:get/,
  ],
])('explains why %s is let through', async (_name, args, because) => {
  const { code, stdout, stderr } = await rbac(['explain', 'good.json', ...args], {}, '', runCommand);
  expect([code, stdout, stderr]).toEqual([0, expect.stringMatching(because), '']);
  expect(stdout).toMatch(/^allowed {2}GET \/.*\nrule\tpassed\tbecause\nimpersonation\tyes\t\S.*\npermission\tyes/);
});

test.each<[string, string[], RegExp]>([
  ['another method', ['DELETE', '/invoices', '--role', 'clerk'], /permission\tno.*\bclerk\b.*DELETE invoices/],
  ['another path', ['GET', '/users', '--role', 'clerk'], /permission\tno/],
  ['a prototype’s role', ['GET', '/invoices', '--role', '__proto__'], /permission\tno/],
  ['a path with two readings', ['GET', '/a/../invoices', '--role', 'clerk'], /path\tno\t\S/],
])('explains why %s is refused, with 1', async (_name, args, found) => {
  const { code, stdout, stderr } = await rbac(['explain', 'good.json', ...args]);
  expect([code, stdout, stderr]).toEqual([1, expect.stringMatching(found), expect.stringMatching(/^torii: .+\n$/)]);
  expect(stdout).toMatch(/^refused/);
});

const claims = {
  sub: 'ada',
  org_id: '17',
  org_role: 'clerk',
  pathname_slugs: ['acme'],
  subdomain: 'acme',
  exp: 1,
  nbf: 9e9,
};
const options = { tenant: { header: true, baseDomain: 'example.com', slug: '/api/:company/*' } };
const ask = [
  'explain',
  'good.json',
  'GET',
  '/api/acme/invoices',
  '--claims',
  'claims.json',
  '--options',
  'options.json',
];
const host = ['--host', 'acme.example.com'];
const header = ['--header', 'X-Tenant-Id: 17'];

test('explains tenant checks for the claims of a token', async () => {
  const files = { 'claims.json': claims, 'options.json': options };
  const good = await rbac([...ask, ...host, ...header, '--json'], files);
  expect([good.code, JSON.parse(good.stdout)]).toEqual([
    0,
    {
      allowed: true,
      findings: ['impersonation', 'header', 'subdomain', 'slug', 'permission'].map((rule) =>
        expect.objectContaining({ rule, passed: true }),
      ),
    },
  ]);
  const refusals: [string, readonly string[], Record<string, unknown>][] = [
    ['header', host, claims],
    ['subdomain', [...header, '--host', 'evil.test'], claims],
    ['slug', [...host, ...header], { ...claims, pathname_slugs: ['other'] }],
    ['impersonation', [...host, ...header], { ...claims, act: { sub: 'admin' } }],
    ['permission', [...host, ...header], { ...claims, org_role: 'guest' }],
  ];
  for (const [rule, args, given] of refusals) {
    const { code, stdout } = await rbac([...ask, ...args, '--ndjson'], { ...files, 'claims.json': given });
    const refused = JSON.parse(stdout).findings.filter(({ passed }: { passed: boolean }) => !passed);
    expect([code, refused]).toEqual([1, [expect.objectContaining({ rule })]]);
  }
});

test('prefers the roles of --role to those in the claims', async () => {
  const args = ['explain', 'good.json', 'GET', '/invoices', '--claims', 'claims.json', '--role', 'guest'];
  expect(await rbac(args, { 'claims.json': claims })).toMatchObject({ code: 1 });
});

test.each<[string, string[], Record<string, unknown>, string]>([
  ['no caller', ['good.json', 'GET', '/'], {}, '--claims'],
  ['a file that does not exist', ['none.json', 'GET', '/', '--role', 'a'], {}, 'none.json'],
  ['a document that is not JSON', ['bad', 'GET', '/', '--role', 'a'], { bad: '{' }, 'JSON'],
  ['an empty document', ['bad', 'GET', '/', '--role', 'a'], { bad: {} }, 'permissions'],
  ['claims that are a list', ['good.json', 'GET', '/', '--claims', 'bad'], { bad: [] }, 'bad'],
  ['claims that a verifier refuses', ['good.json', 'GET', '/', '--claims', 'bad'], { bad: { act: 'x' } }, 'act'],
  [
    'an option that there is not',
    ['good.json', 'GET', '/', '--role', 'a', '--options', 'bad'],
    { bad: { bases: 1 } },
    'bases',
  ],
  ['a header without a colon', ['good.json', 'GET', '/', '--role', 'a', '--header', 'x'], {}, '--header'],
  ['a missing path', ['good.json', 'GET'], {}, "'path'"],
])('exits with 2 for %s', async (_name, args, files, message) => {
  const { code, stdout, stderr } = await rbac(['explain', ...args], files);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
});
