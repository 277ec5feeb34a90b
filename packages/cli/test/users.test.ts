import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator, type User } from '@torii/emulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ended, environmentOf, runCommand, temporaryFolder } from './command.ts';
import { runInProcess } from './in-process.ts';
import { startOddServer } from './odd-server.ts';
import { startOnTerminal } from './terminal.ts';

const unknownId = '01931a73-8b00-7000-8000-000000000000';
let torii: Emulator;
let environment: Readonly<Record<string, string>>;
let ada: User;
beforeEach(async () => {
  torii = await startEmulator();
  environment = environmentOf(torii);
  ada = await torii.createUser({ email: 'ada@example.com', firstName: 'Ada', password: 'correct horse', locale: 'da' });
});
afterEach(() => torii.stop());

function run(...args: readonly string[]): Promise<Ended> {
  return runInProcess(['users', ...args], { environment });
}

/** Runs a command and parses the JSON that it wrote. */
async function runJson(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('torii:')]);
  return JSON.parse(stdout);
}

function signIn(email: string, password: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return fetch(torii.loginUrl, { method: 'POST', headers, body: JSON.stringify({ email, password }) }).then(
    ({ status }) => status,
  );
}

async function seed(count: number): Promise<void> {
  await torii.seed(Array.from({ length: count }, (_, index) => ({ email: `user${index}@example.com` })));
}

test('lists users in a table, newest first, and says that there are more', async () => {
  await seed(25);
  const { code, stdout, stderr } = await run('list');
  const lines = stdout.trimEnd().split('\n');
  expect([code, lines.length]).toEqual([0, 21]);
  expect(lines[0]).toMatch(/^id\temail\tname\tstatus\tcreated$/);
  expect(lines[1]).toMatch(/^[0-9a-f-]{36}\tuser24@example\.com\t\tactive\t20[\d-]+T[\d:.]+Z$/);
  expect(stderr).toMatch(/^.*--all.*--limit.*\b20\b.*\n$/);
});

test('lists the requested number of users across pages', async () => {
  await seed(230);
  const ids = async (...args: readonly string[]) =>
    new Set(((await runJson('list', ...args)) as User[]).map(({ id }) => id));
  expect((await ids('--limit', '3')).size).toBe(3);
  expect((await ids('--limit', '205')).size).toBe(205);
  expect((await ids('--all')).size).toBe(231);
  expect(await run('list', '--limit', '231')).toMatchObject({ stderr: '' });
});

test('lists by part of an email or a name, by status and by date', async () => {
  await torii.seed([{ email: 'bo@example.org', status: 'banned' }]);
  const emails = async (...args: readonly string[]) =>
    ((await runJson('list', ...args)) as User[]).map(({ email }) => email);
  expect(await emails('--email', '@EXAMPLE.ORG')).toEqual(['bo@example.org']);
  expect(await emails('--name', 'ad')).toEqual(['ada@example.com']);
  expect(await emails('--without-name')).toEqual(['bo@example.org']);
  expect(await emails('--status', 'banned', '--status', 'deleted')).toEqual(['bo@example.org']);
  expect(await emails('--created-before', '2020-01-01')).toEqual([]);
  expect(await emails('--created-after', '2020-01-01T00:00:00+01:00')).toHaveLength(2);
});

test('lists only the users that match if a version of Torii ignores a filter', async () => {
  const bo = {
    id: unknownId,
    email: 'bo@example.com',
    name: 'Bo',
    status: 'active',
    createdAt: '2026-01-01T00:00:00Z',
  };
  const others = [
    { ...bo, id: ada.id, email: null },
    { ...bo, id: ada.environmentId, email: 'c@example.com', name: null },
  ];
  const { url } = await startOddServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ items: [bo, ...others], hasMore: false, nextCursor: null }));
  });
  const given = { environment: { ...environment, TORII_API_URL: url } };
  for (const [args, ids] of [
    [['--without-email'], [ada.id]],
    [['--without-name'], [ada.environmentId]],
    [['--id', unknownId.toUpperCase()], [unknownId]],
    [['--email-address', 'BO@example.com', '--email-address', 'x@example.com'], [unknownId]],
    [['--email-address', 'x@example.com'], []],
  ] as const) {
    const list = await runInProcess(['users', 'list', '--ndjson', ...args], given);
    const file = await runInProcess(['users', 'export', ...args], given);
    for (const { code, stdout } of [list, file]) {
      const lines = stdout.split('\n').filter((line) => line.trim() !== '');
      expect([code, lines.map((line) => JSON.parse(line).id)], args.join(' ')).toEqual([0, ids]);
    }
  }
});

test('lists no users by organization if a version of Torii has no organizations', async () => {
  const { url } = await startOddServer((request, response) => {
    const isSearch = request.url?.includes('/users/search');
    response.writeHead(isSearch ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isSearch ? { items: [ada], hasMore: false, nextCursor: null } : {}));
  });
  const given = { environment: { ...environment, TORII_API_URL: url } };
  for (const command of ['list', 'export']) {
    const { code, stdout } = await runInProcess(['users', command, '--organization', unknownId], given);
    expect([code, stdout]).toEqual([1, '']);
  }
});

test('draws a table on a terminal of 80 columns, with relative times', async (context) => {
  await torii.seed([
    { email: 'a.rather.long.address.for.a.table@example.com', name: 'A Name That Is Long', status: 'banned' },
  ]);
  const terminal = await startOnTerminal(context, ['users', 'list'], { environment, columns: 80 });
  expect(await terminal.ended).toBe(0);
  const lines = terminal.text().trimEnd().split('\n');
  expect(lines[0]).toMatch(/^id +email +name +status +created$/);
  expect(lines[1]).toMatch(/^[0-9a-f-]{36} {2}a\.rather\S*… +A N.*… +banned +(now|\d+ \w+ ago)$/);
  expect(lines[2]).toMatch(new RegExp(`^${ada.id} {2}ada@.* Ada +active +(now|\\d+ \\w+ ago)$`));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test('draws cards on a terminal of 40 columns', async (context) => {
  const terminal = await startOnTerminal(context, ['users', 'list'], { environment, columns: 40 });
  expect(await terminal.ended).toBe(0);
  expect(terminal.text()).toContain(`id\n  ${ada.id}\nemail    ada@example.com\n`);
});

test('writes one user per line', async () => {
  const { stdout } = await run('list', '--ndjson');
  expect(JSON.parse(stdout)).toMatchObject({ id: ada.id, firstName: 'Ada', privateMetadata: {} });
});

test('finds a user by id and by exact email', async () => {
  await torii.seed([{ email: 'xada@example.com' }, { email: 'ada@example.community' }]);
  for (const who of [ada.id, 'ada@example.com', 'ADA@example.com']) expect(await runJson('get', who)).toEqual(ada);
  const { stdout } = await run('get', ada.id);
  expect(stdout).toContain('first name\tAda\n');
  expect(stdout).toContain('private\t{}\n');
});

test('does not find a deleted user by email', async () => {
  await run('delete', '--yes', ada.id);
  const { code, stderr } = await run('get', 'ada@example.com');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^torii: .*ada@example\.com.*\n$/)]);
});

test('creates a user with a password from standard input or a file', async () => {
  const args = ['create', '--email', 'bo@example.com', '--password-file', '-'];
  const piped = await runCommand(['users', ...args], { environment, input: 'staple battery\n' });
  expect([piped.code, piped.stdout]).toEqual([0, expect.stringContaining('bo@example.com')]);
  expect(await signIn('bo@example.com', 'staple battery')).toBe(200);

  const folder = temporaryFolder();
  writeFileSync(join(folder, 'password'), 'staple battery');
  const file = ['users', 'create', '--email', 'cy@example.com', '--password-file', 'password', '--last-name', 'Doe'];
  expect(await runCommand(file, { environment, folder })).toMatchObject({ code: 0 });
  expect(await signIn('cy@example.com', 'staple battery')).toBe(200);
});

test('asks for a password without showing it', async (context) => {
  const args = ['users', 'create', '--email', 'bo@example.com', '--ask-password'];
  const terminal = await startOnTerminal(context, args, { environment });
  await terminal.shows(/password/i);
  terminal.type('staple battery\r');
  expect(await terminal.ended).toBe(0);
  expect(terminal.output()).not.toContain('staple');
  expect(await signIn('bo@example.com', 'staple battery')).toBe(200);
});

test.each([
  ['\x03', 130],
  ['\r', 2],
])('creates unknownId where %j is typed for a password', async (keys, code) => {
  const args = ['users', 'create', '--email', 'bo@example.com', '--ask-password'];
  const terminal = await startOnTerminal({ skip: expect.fail }, args, { environment });
  await terminal.shows(/password/i);
  terminal.type(keys);
  expect(await terminal.ended).toBe(code);
  expect(await signIn('bo@example.com', 'staple battery')).toBe(401);
});

test.each([[['--password', 'hunter2']], [['--password=hunter2']]])(
  'takes no password from the arguments, and does not repeat it: %j',
  async (args) => {
    const { code, stdout, stderr } = await run('create', '--email', 'bo@example.com', ...args);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('--password-file')]);
    expect(stderr).not.toContain('hunter2');
  },
);

test('reports that an email is taken', async () => {
  const { code, stderr } = await run('create', '--email', 'ada@example.com');
  expect([code, stderr]).toEqual([1, expect.stringContaining('409 email_taken')]);
});

test('sets and clears the given fields, and keeps the others', async () => {
  const changed = await runJson('update', 'ada@example.com', '--last-name', 'Lovelace', '--clear', 'locale');
  expect(changed).toMatchObject({ firstName: 'Ada', lastName: 'Lovelace', locale: null, email: 'ada@example.com' });
  expect(await runJson('update', ada.id, '--locale', 'en')).toMatchObject({ name: 'Ada Lovelace', locale: 'en' });
  expect(await runJson('update', ada.id, '--clear', 'first-name', '--clear', 'lastName')).toMatchObject({
    firstName: null,
    lastName: null,
    locale: 'en',
  });
});

test('creates a user with names and metadata', async () => {
  const bags = ['--public', '{"plan":"pro"}', '--private', '{"crm":7}', '--unsafe', '{"theme":"dark"}'];
  const args = ['--email', 'bo@example.com', '--first-name', 'Bo', '--last-name', 'Beck', ...bags];
  expect(await runJson('create', ...args)).toMatchObject({
    firstName: 'Bo',
    lastName: 'Beck',
    name: 'Bo Beck',
    publicMetadata: { plan: 'pro' },
    privateMetadata: { crm: 7 },
    unsafeMetadata: { theme: 'dark' },
  });
});

test('lists the users with the given ids, the given emails, or of an organization', async () => {
  await seed(3);
  const organization = await torii.createOrganization({ name: 'Acme', members: [{ userId: ada.id }] });
  const emails = async (...args: readonly string[]) =>
    ((await runJson('list', ...args)) as User[]).map(({ email }) => email).sort();
  expect(await emails('--id', ada.id, '--id', unknownId)).toEqual(['ada@example.com']);
  expect(await emails('--email-address', 'USER1@example.com', '--email-address', 'user2@example.com')).toEqual([
    'user1@example.com',
    'user2@example.com',
  ]);
  expect(await emails('--organization', organization.id)).toEqual(['ada@example.com']);
  expect(await emails('--organization', organization.id, '--email-address', 'user1@example.com')).toEqual([]);
  expect(await emails('--id', unknownId)).toEqual([]);
  const { stdout } = await run('export', '--organization', organization.id);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
});

test('bans and unbans several users, and continues after those that fail', async () => {
  await torii.seed([{ email: 'bo@example.com' }]);
  const { code, stdout, stderr } = await run(
    'ban',
    '--yes',
    '--ndjson',
    unknownId,
    'ada@example.com',
    'no@example.com',
    'bo@example.com',
  );
  const banned = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(banned).toMatchObject([
    { email: 'ada@example.com', status: 'banned' },
    { email: 'bo@example.com', status: 'banned' },
  ]);
  expect([code, stderr.split('\n')]).toEqual([
    1,
    [
      expect.stringMatching(new RegExp(`^${unknownId}: .*404 user_not_found`)),
      expect.stringMatching(/^no@example\.com: ./),
      expect.stringMatching(/tokens/),
      expect.stringMatching(/^torii: .*\b2\b.*\b4\b/),
      '',
    ],
  ]);
  expect(await signIn('ada@example.com', 'correct horse')).toBe(403);
  expect(await run('unban', 'ada@example.com')).toMatchObject({ code: 0, stderr: '' });
  expect(await signIn('ada@example.com', 'correct horse')).toBe(200);
});

test('deletes a user, and reports an error the second time', async () => {
  expect(await runJson('delete', '--yes', ada.id, ada.id)).toEqual([{ id: ada.id, status: 'deleted' }]);
  const { code, stdout, stderr } = await run('delete', '--yes', ada.id);
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(/403 forbidden.*\ntorii: .+\n$/)]);
});

test.each(['ban', 'delete'])('shows the user before it asks whether to %s', async (command) => {
  const terminal = await startOnTerminal({ skip: expect.fail }, ['users', command, ada.id], { environment });
  await terminal.shows(/ada@example\.com\n.*\[y\/N\]/);
  terminal.type('n\r');
  expect(await terminal.ended).toBe(1);
  expect(await signIn('ada@example.com', 'correct horse')).toBe(200);
});

test('after yes, changes the users that were found', async () => {
  await torii.seed([{ email: 'bo@example.com' }]);
  const args = ['users', 'delete', 'ada@example.com', unknownId, 'bo@example.com'];
  const terminal = await startOnTerminal({ skip: expect.fail }, args, { environment });
  await terminal.shows(/\b2\b.*\[y\/N\]/);
  terminal.type('yes\r');
  expect(await terminal.ended).toBe(1);
  expect(terminal.text()).toMatch(/404 user_not_found[\s\S]*\ntorii: .*\b1\b.*\b3\b.*\n$/);
  expect(await runJson('list', '--status', 'deleted')).toHaveLength(2);
});

test.each(['ban', 'delete'])('%s neither asks nor sends anything in a pipe without --yes', async (command) => {
  const before = torii.requests.api;
  const { code, stderr } = await run(command, ada.id);
  expect([code, stderr, torii.requests.api]).toEqual([2, expect.stringContaining('--yes'), before]);
});

test.each<[string, readonly string[], number, string]>([
  ['no user to get', ['get'], 2, "'user'"],
  ['an unknown id', ['get', unknownId], 1, '404 user_not_found'],
  ['an invalid id', ['get', 'ada'], 1, '400 invalid_request'],
  ['an empty id', ['get', ''], 2, 'id of the user'],
  ['a limit of 0', ['list', '--limit', '0'], 2, '--limit'],
  ['an unknown status', ['list', '--status', 'gone'], 2, 'active, banned, deleted'],
  ['an invalid date', ['list', '--created-before', '2026-02-30'], 2, '2026-05-16'],
  ['two opposite filters', ['list', '--name', 'Ada', '--without-name'], 2, '--without-name'],
  ['two forms', ['list', '--json', '--ndjson'], 2, '--ndjson'],
  ['a user without data', ['create'], 2, '--email'],
  ['an unset variable for an email', ['create', '--email', ''], 2, '--email'],
  ['an invalid email', ['create', '--email', 'ada'], 1, '400 invalid_request'],
  [
    'asking for a password without a terminal',
    ['create', '--first-name', 'A', '--ask-password'],
    2,
    '--password-file -',
  ],
  ['no change', ['update', unknownId], 2, '--first-name'],
  ['a name that Torii forms itself', ['update', unknownId, '--name', 'A'], 2, '--first-name and --last-name'],
  ['a name without a value', ['create', '--name'], 2, '--first-name and --last-name'],
  ['a field that Torii dropped', ['create', '--email', 'bo@example.com', '--phone=1'], 2, '--private'],
  [
    'a field both given and cleared',
    ['update', unknownId, '--last-name', 'A', '--clear', 'last-name'],
    2,
    '--clear last-name',
  ],
  ['clearing a field that cannot be cleared', ['update', unknownId, '--clear', 'email'], 2, 'last-name, locale'],
  ['an empty id to list', ['list', '--id', ''], 2, '--id'],
  ['an invalid id to list', ['list', '--id', 'ada'], 1, '400'],
  ['101 ids', ['list', ...Array.from({ length: 101 }, (_, index) => ['--id', String(index)]).flat()], 2, '--id'],
  [
    '101 emails',
    ['export', ...Array.from({ length: 101 }, (_, index) => ['--email-address', `a${index}@b.c`]).flat()],
    2,
    '--email-address',
  ],
  ['an unknown organization to list', ['list', '--organization', unknownId], 1, '404'],
  ['an unknown organization to export', ['export', '--organization', unknownId], 1, '404'],
  ['an unknown organization to export to a file', ['export', 'a.ndjson', '--organization', unknownId], 1, '404'],
  ['an empty organization', ['list', '--organization', ''], 2, '--organization'],
  ['an unsupported locale', ['update', unknownId, '--locale', 'fr'], 2, 'en, da'],
  ['a misspelled command', ['exprt'], 2, 'export?'],
])('says in one line what to do about %s', async (_name, args, exitCode, message) => {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
  expect(stderr.trimEnd()).not.toContain('\n');
});

const commands = [
  'list',
  'get',
  'create',
  'update',
  'metadata',
  'organizations',
  'ban',
  'unban',
  'impersonate',
  'delete',
  'export',
  'import',
];

test('the help lists every command', async () => {
  const { stdout } = await run('--help');
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
});

test.each(commands)('the help of %s has an example, and fits 40 columns', async (command) => {
  const terminal = await startOnTerminal({ skip: expect.fail }, ['users', command, '--help'], { columns: 40 });
  expect(await terminal.ended).toBe(0);
  const [help = '', examples = ''] = terminal.text().split('Examples:');
  expect(examples).toContain(`$ torii users ${command}`);
  // Commander never wraps its first line, and the examples are not wrapped either.
  expect(help.split('\n').filter((line) => line.length > 40 && !line.startsWith('Usage:'))).toEqual([]);
});
