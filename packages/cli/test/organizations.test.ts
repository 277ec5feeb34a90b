import { type Emulator, startEmulator, type User } from '@torii/emulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ended, environmentOf } from './command.ts';
import { runInProcess } from './in-process.ts';

const unknownId = '01931a73-8b00-7000-8000-000000000000';
let torii: Emulator;
let ada: User;
let bo: User;
let acme: Awaited<ReturnType<Emulator['createOrganization']>>;
beforeEach(async () => {
  torii = await startEmulator();
  ada = await torii.createUser({ email: 'ada@example.com', firstName: 'Ada' });
  bo = await torii.createUser({ email: 'bo@example.com' });
  acme = await torii.createOrganization({
    name: 'Acme',
    slug: 'acme',
    publicMetadata: { plan: 'free', limits: { seats: 5, projects: 2 } },
    members: [
      { userId: ada.id, role: 'org:administrator', privateMetadata: { cost: 3 } },
      { userId: bo.id, role: 'org:member' },
    ],
  });
});
afterEach(() => torii.stop());

function run(...args: readonly string[]): Promise<Ended> {
  return runInProcess(args, { environment: environmentOf(torii) });
}

async function runJson(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

test('lists organizations, and those whose name contains a text', async () => {
  await torii.createOrganization({ name: 'Globex' });
  const { code, stdout } = await run('organizations', 'list');
  expect([code, stdout.split('\n')[0]]).toEqual([0, 'id\tname\tslug\tcreated']);
  expect(stdout).toContain(`${acme.id}\tAcme\tacme\t`);
  expect(stdout).toContain('\tGlobex\t\t');
  expect(await runJson('organizations', 'list', '--name', 'ACM')).toMatchObject([{ id: acme.id, name: 'Acme' }]);
  expect(await runJson('organizations', 'list', '--name', 'no')).toEqual([]);
});

test('lists more organizations than one page has, and says if there are more', async () => {
  for (let index = 0; index < 120; index++) await torii.createOrganization({ name: `Company ${index}` });
  expect(await runJson('organizations', 'list', '--all')).toHaveLength(121);
  expect(await runJson('organizations', 'list', '--limit', '121')).toHaveLength(121);
  const { stdout, stderr } = await run('organizations', 'list', '--json');
  expect([JSON.parse(stdout).length, stderr]).toEqual([20, expect.stringMatching(/--all.*--limit.*\b20\b/)]);
});

test('shows an organization', async () => {
  expect(await runJson('organizations', 'get', acme.id)).toEqual(acme);
  const { stdout } = await run('organizations', 'get', acme.id);
  expect(stdout).toContain('public\t{"plan":"free","limits":{"seats":5,"projects":2}}\nprivate\t{}\n');
});

test('lists the members of an organization and the organizations of a user', async () => {
  expect(await runJson('organizations', 'members', acme.id)).toMatchObject([
    { userId: ada.id, role: 'org:administrator', privateMetadata: { cost: 3 } },
    { userId: bo.id, role: 'org:member' },
  ]);
  for (const who of [ada.id, 'ADA@example.com']) {
    expect(await runJson('users', 'organizations', who)).toMatchObject([
      { organizationId: acme.id, name: 'Acme', role: 'org:administrator' },
    ]);
  }
  const { stdout } = await run('users', 'organizations', ada.id);
  expect(stdout).toMatch(new RegExp(`^organization\\tname\\tslug\\trole\\tjoined\\n${acme.id}\\tAcme\\tacme\\torg:ad`));
});

test('merges metadata into that of an organization, and a null removes a key', async () => {
  const patch = ['--public', '{"plan":"pro","limits":{"seats":null}}', '--private', '{"crm":7}'];
  const merged = {
    organizationId: acme.id,
    publicMetadata: { plan: 'pro', limits: { projects: 2 } },
    privateMetadata: { crm: 7 },
  };
  expect(await runJson('organizations', 'metadata', acme.id, ...patch)).toEqual(merged);
  expect(await runJson('organizations', 'metadata', acme.id)).toEqual(merged);
});

test('shows and changes the metadata of a membership', async () => {
  const member = ['organizations', 'metadata', acme.id, '--member', 'ada@example.com'];
  const shown = { organizationId: acme.id, userId: ada.id, publicMetadata: {}, privateMetadata: { cost: 3 } };
  expect(await runJson(...member)).toEqual(shown);
  expect(await runJson(...member, '--public', '{"desk":1}')).toEqual({ ...shown, publicMetadata: { desk: 1 } });
  expect(await runJson('organizations', 'metadata', acme.id.toUpperCase(), '--member', ada.id)).toMatchObject({
    publicMetadata: { desk: 1 },
  });
  expect(await runJson('organizations', 'get', acme.id)).toMatchObject({ privateMetadata: {} });
});

test('makes a hostile name printable', async () => {
  await torii.createOrganization({ name: 'Evil\u001b[2J\u202e\nAcme\tX' });
  const pipe = await run('organizations', 'list', '--name', 'evil');
  expect(pipe.stdout).toContain('\tEvil\\u001b[2J\\u202e\\nAcme\\tX\t');
  const terminal = await runInProcess(['organizations', 'list'], { environment: environmentOf(torii), columns: 120 });
  expect(terminal.stdout).toContain('Evil  Acme X');
  expect(terminal.stdout).not.toContain('\u001b[2J');
});

test.each<[string, readonly string[], number, string]>([
  ['no organization', ['organizations', 'get'], 2, "'organization'"],
  ['an unknown organization', ['organizations', 'get', unknownId], 1, '404'],
  ['an empty id', ['organizations', 'get', ''], 2, 'id of the organization'],
  ['a path for an id', ['organizations', 'get', '..'], 2, 'id of the organization'],
  ['the members of an unknown organization', ['organizations', 'members', unknownId], 1, '404'],
  ['a limit of 0', ['organizations', 'members', unknownId, '--limit', '0'], 2, '--limit'],
  ['an empty name', ['organizations', 'list', '--name', ''], 2, '--name'],
  ['the organizations of an unknown user', ['users', 'organizations', unknownId], 1, '403'],
  ['the organizations of an unknown email', ['users', 'organizations', 'no@example.com'], 1, 'no@example.com'],
  ['metadata of an unknown organization', ['organizations', 'metadata', unknownId, '--public', '{}'], 1, '404'],
  ['a bag that organizations do not have', ['organizations', 'metadata', unknownId, '--unsafe', '{}'], 2, '--unsafe'],
  ['an empty member', ['organizations', 'metadata', unknownId, '--member', ''], 2, '--member'],
  ['a misspelled command', ['organizations', 'member'], 2, 'members?'],
])('says in one line what to do about %s', async (_name, args, exitCode, message) => {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
  expect(stderr.trimEnd()).not.toContain('\n');
});

test('says that a user is not a member', async () => {
  const other = await torii.createOrganization({ name: 'Globex' });
  for (const patch of [[], ['--public', '{"a":1}']]) {
    const { code, stderr } = await run('organizations', 'metadata', other.id, '--member', ada.id, ...patch);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^torii: .*\n$/)]);
  }
});

test('refuses metadata over the budget, and changes nothing', async () => {
  const large = JSON.stringify({ text: 'x'.repeat(8_200) });
  const { code, stderr } = await run('organizations', 'metadata', acme.id, '--public', large);
  expect([code === 0, stderr]).toEqual([false, expect.stringMatching(/^torii: .*\n$/)]);
  // Together with what is stored, and therefore known to the API alone.
  const almost = JSON.stringify({ text: 'x'.repeat(8_150) });
  expect(await run('organizations', 'metadata', acme.id, '--public', almost)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('400'),
  });
  expect(await runJson('organizations', 'get', acme.id)).toEqual(acme);
});
