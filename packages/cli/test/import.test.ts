import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createToriiClient, type User } from '@torii/api';
import { type Emulator, type SeedUser, startEmulator } from '@torii/emulator';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type Ended, environmentOf, patience, runCommand, startCommand, temporaryFolder } from './command.ts';
import { type Gate, startGate } from './gate.ts';
import { runInProcess } from './in-process.ts';
import { startOddServer } from './odd-server.ts';
import { startOnTerminal } from './terminal.ts';

let torii: Emulator;
let folder: string;
let environment: Readonly<Record<string, string>>;
beforeEach(async () => {
  torii = await startEmulator();
  environment = environmentOf(torii);
  folder = temporaryFolder();
});
afterEach(() => torii.stop());

/** Runs the command in this process. Tests that need a new process use `runCommand` or `startCommand`. */
function runImport(...args: readonly string[]): Promise<Ended> {
  return runInProcess(['users', 'import', ...args], { environment, folder });
}

function write(file: string, content: string | Buffer): void {
  writeFileSync(join(folder, file), content);
}

function read(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

function ndjson(...users: readonly object[]): string {
  return users.map((user) => `${JSON.stringify(user)}\n`).join('');
}

function people(count: number): readonly { readonly email: string; readonly name: string }[] {
  return Array.from({ length: count }, (_, index) => ({ email: `user${index}@example.com`, name: `User ${index}` }));
}

/** All users, in the order in which they were created. */
async function everyone(of: Emulator = torii): Promise<readonly User[]> {
  const client = createToriiClient({ secretKey: of.secretKey, apiUrl: of.apiUrl });
  const users: User[] = [];
  for await (const user of client.users.list({ limit: 100 })) users.unshift(user);
  return users;
}

async function emails(): Promise<readonly unknown[]> {
  return (await everyone()).map(({ email }) => email).sort();
}

function canSignIn(email: string, password: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  return fetch(torii.loginUrl, { method: 'POST', headers, body: JSON.stringify({ email, password }) }).then(
    ({ ok }) => ok,
  );
}

/** The environment and folder of an import whose API requests go through a gate. */
function through({ url }: Gate) {
  return { environment: { ...environment, TORII_API_URL: url }, folder };
}

/** An import with a journal first sends one request to find out the environment. */
const environmentRequests = 1;
const refusalOfJournal = /^torii: .*users\.ndjson\.torii-import/m;

test('creates the user of each line, with a password, and leaves no journal behind', async () => {
  write(
    'users.ndjson',
    ndjson({ email: 'ada@example.com', password: 'correct horse', phone: '+45 12' }, { name: 'Bo' }),
  );
  expect(await runCommand(['users', 'import', 'users.ndjson', '-c', '1'], { environment, folder })).toEqual({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/^2 created\b.*\n$/),
  });
  expect(await everyone()).toMatchObject([
    { email: 'ada@example.com', phone: '+45 12' },
    { name: 'Bo', email: null },
  ]);
  expect(await canSignIn('ada@example.com', 'correct horse')).toBe(true);
  expect(existsSync(join(folder, 'users.ndjson.torii-import'))).toBe(false);
});

test('reads CSV as spreadsheets save it: other names, semicolons, CR LF, a byte order mark, empty cells', async () => {
  write(
    'users.csv',
    '\ufeffE-Mail;Full name;Date of birth;Phone\r\nada@example.com;"Lovelace; ""Ada""\r\nCountess";1815-12-10;\r\n\r\nbo@example.com;;;+45 1\n',
  );
  expect(await runImport('users.csv', '-c', '1')).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^2 created\b/),
  });
  expect(await everyone()).toMatchObject([
    { email: 'ada@example.com', name: 'Lovelace; "Ada"\r\nCountess', dateOfBirth: '1815-12-10', phone: null },
    { email: 'bo@example.com', name: null, phone: '+45 1' },
  ]);
});

test.each<[string, string | Buffer]>([
  ['UTF-16 with tabs', Buffer.from('\ufeffemail\tname\r\nada@example.com\tÆrø 🙂\r\n', 'utf16le')],
  ['big-endian UTF-16', Buffer.from('\ufeffemail,name\nada@example.com,Ærø 🙂\n', 'utf16le').swap16()],
  ['CR', 'email;name\rada@example.com;Ærø 🙂\r'],
  ['CR and a byte order mark', '\ufeffemail;name\rada@example.com;Ærø 🙂'],
  ['a line that names the separator', 'sep=;\r\nemail;name\r\nada@example.com;Ærø 🙂\r\n'],
  ['a line that names another separator', '\ufeff"sep=|"\nname|email\n"Ærø 🙂"|ada@example.com\n'],
  ['a line that names a separator, and CR', 'SEP=,\remail,name\rada@example.com,Ærø 🙂\r'],
  ['quoted names of columns', '"email";"name"\n"ada@example.com";"Ærø 🙂"\n'],
])('reads CSV in %s, also in pieces', async (_form, content) => {
  write('users.csv', content);
  expect(await runImport('users.csv')).toMatchObject({ code: 0, stderr: expect.stringMatching(/^1 created\b/) });
  expect(await everyone()).toMatchObject([{ email: 'ada@example.com', name: 'Ærø 🙂' }]);
  const input = Array.from(Buffer.from(content), (byte) => Buffer.of(byte));
  const pieces = await runInProcess(['users', 'import', '-', '--format', 'csv', '--dry-run'], { folder, input });
  expect(pieces).toMatchObject({ code: 0, stderr: expect.stringMatching(/\b1\b/) });
});

test.each<[string, string | Buffer]>([
  ['UTF-16', Buffer.from('\ufeff{"name":"Ada"}\r\n{"name":"Ærø 🙂"}\r\n', 'utf16le')],
  ['CR', '{"name":"Ada"}\r{"name":"Ærø 🙂"}\r'],
  ['a byte order mark on each line, from joined files', '\ufeff{"name":"Ada"}\n\ufeff{"name":"Ærø 🙂"}\n'],
])('reads NDJSON in %s', async (_form, content) => {
  write('users.ndjson', content);
  expect(await runImport('users.ndjson', '-c', '1')).toMatchObject({ code: 0 });
  expect((await everyone()).map(({ name }) => name)).toEqual(['Ada', 'Ærø 🙂']);
});

test('writes rejected lines in UTF-8, with the line that names the separator, so that they can be imported', async () => {
  write('users.csv', Buffer.from('\ufeffsep=|\r\nemail|name\r\nada|Ærø\r\nbo@example.com|Bo\r\n', 'utf16le'));
  expect(await runImport('users.csv', '--rejects', 'failed.csv')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^line 3\b/),
  });
  expect(read('failed.csv')).toBe('sep=|\r\nemail|name\r\nada|Ærø\r\n');
  write('failed.csv', read('failed.csv').replace('ada', 'ada@example.com'));
  expect(await runImport('failed.csv')).toMatchObject({ code: 0, stderr: expect.stringMatching(/^1 created\b/) });
});

test('an export has no byte order mark', async () => {
  await torii.seed([{ email: 'ada@example.com', name: 'Ærø' }]);
  for (const name of ['users.csv', 'users.ndjson']) {
    await runInProcess(['users', 'export', name], { environment, folder });
    expect(read(name)).toMatch(/^[\w{]/);
  }
});

test.each(['csv', 'ndjson'])('imports an export as %s without changing the users', async (format) => {
  const names = ['=1+1', "'=1", '+45 12', '@a', 'a\u2028b', 'Ada, "C"\nof L', "'", '🙂'];
  await torii.seed(names.map((name, index) => ({ email: `user${index}@example.com`, name, phone: '+45 12' })));
  await runCommand(['users', 'export', `users.${format}`], { environment, folder });
  const other = await startEmulator();
  try {
    const given = { environment: environmentOf(other), folder };
    const ended = await runCommand(['users', 'import', `users.${format}`, '--concurrency', '1'], given);
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^8 created\b/) });
    expect((await everyone(other)).map(({ name }) => name).reverse()).toEqual(names);
    expect((await everyone(other)).every(({ phone }) => phone === '+45 12')).toBe(true);
  } finally {
    await other.stop();
  }
});

/** Users with names, metadata and texts that CSV, spreadsheets or JSON could change. */
const richUsers: readonly SeedUser[] = [
  { email: 'a@example.com', firstName: 'Ada', lastName: 'Lovelace', publicMetadata: { plan: 'pro' } },
  {
    email: 'b@example.com',
    firstName: '=1+1',
    lastName: "'=1",
    privateMetadata: { '=x': '=1+1', list: [1, [null], {}] },
  },
  {
    email: 'c@example.com',
    lastName: '@a',
    unsafeMetadata: { text: 'a "quoted", b;\n\tc\u2028\u202e\u0000', deep: { a: { b: {} } } },
  },
  { email: 'd@example.com', name: 'Dee', phone: '+45 12', address: 'Road 1', dateOfBirth: '1815-12-10' },
  { email: 'e@example.com', firstName: 'Eve', name: 'Another name' },
  {
    email: 'f@example.com',
    privateMetadata: { constructor: { prototype: { x: 1 } }, toString: 'a', '': 0, n: -1.5e-7, ok: false },
  },
  { email: 'g@example.com' },
  { email: 'h@example.com', firstName: '🙂', publicMetadata: { æ: '🙂', "'": "'{" } },
];

test.each(['csv', 'ndjson'])(
  'exports as %s, imports elsewhere and exports again: names and metadata are the same',
  async (format) => {
    await torii.seed(richUsers);
    await runInProcess(['users', 'export', `users.${format}`], { environment, folder });
    const other = await startEmulator();
    try {
      const given = { environment: environmentOf(other), folder };
      const args = ['users', 'import', `users.${format}`, '--concurrency', '1'];
      expect(await runInProcess(args, given)).toMatchObject({ code: 0, stderr: expect.stringMatching(/^8 created\b/) });
      await runInProcess(['users', 'export', 'again.ndjson'], given);
      await runInProcess(['users', 'export', 'before.ndjson'], { environment, folder });
      const kept = (file: string) =>
        read(file)
          .trimEnd()
          .split('\n')
          .map((line): User => JSON.parse(line))
          .map(({ id, environmentId, createdAt, updatedAt, emailVerifiedAt, ...user }) => user)
          .sort((one, two) => String(one.email).localeCompare(String(two.email)));
      expect(kept('again.ndjson')).toEqual(kept('before.ndjson'));
      expect(kept('again.ndjson')[1]).toMatchObject({ privateMetadata: { '=x': '=1+1', list: [1, [null], {}] } });
      expect(kept('again.ndjson')[5]?.privateMetadata).toEqual(richUsers[5]?.privateMetadata);
    } finally {
      await other.stop();
    }
  },
);

const twoTooLarge = { publicMetadata: { a: 'æ'.repeat(2_100) }, privateMetadata: { a: 'x'.repeat(4_200) } };

test.each<[string, string, RegExp]>([
  [
    'metadata over the budget of one bag',
    ndjson({ email: 'x@example.com', unsafeMetadata: { a: 'x'.repeat(8_200) } }),
    /8 KB/,
  ],
  ['metadata over the budget of all bags', ndjson({ email: 'x@example.com', ...twoTooLarge }), /8 KB/],
  [
    'a prototype key',
    '{"email":"x@example.com","publicMetadata":{"__proto__":{"admin":true}}}\n',
    /publicMetadata.*__proto__/,
  ],
  [
    'a prototype key inside',
    '{"email":"x@example.com","unsafeMetadata":{"a":[{"__proto__":1}]}}\n',
    /unsafeMetadata.*__proto__/,
  ],
  ['a prototype key of the line', '{"email":"x@example.com","__proto__":{"admin":true}}\n', /__proto__/],
  ['metadata that is text', ndjson({ email: 'x@example.com', publicMetadata: '{}' }), /publicMetadata.*object/],
  ['metadata that is a list', ndjson({ email: 'x@example.com', privateMetadata: [] }), /privateMetadata.*object/],
  ['metadata that is a number', ndjson({ email: 'x@example.com', unsafeMetadata: 5 }), /unsafeMetadata.*object/],
  [
    'a number that JSON cannot express',
    '{"email":"x@example.com","publicMetadata":{"a":1e999}}\n',
    /publicMetadata.*number/,
  ],
  [
    'lists that are nested 4,000 levels deep',
    `{"email":"x@example.com","publicMetadata":{"a":${'['.repeat(4_000)}${']'.repeat(4_000)}}}\n`,
    /publicMetadata.*nested/,
  ],
  [
    'objects that are nested 100,000 levels deep',
    `{"email":"x@example.com","publicMetadata":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}\n`,
    /publicMetadata.*nested/,
  ],
  ['a first name that is not text', ndjson({ email: 'x@example.com', firstName: { a: 1 } }), /firstName.*text/],
  ['metadata alone that is empty', ndjson({ publicMetadata: {}, privateMetadata: null }), /no field/],
])('rejects a line with %s, with the reason, and creates the others', async (_name, line, reason) => {
  write('users.ndjson', ndjson({ email: 'a@example.com' }) + line + ndjson({ email: 'b@example.com' }));
  expect(await runImport('users.ndjson', '--dry-run')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(reason),
  });
  const { code, stderr } = await runImport('users.ndjson', '--rejects', 'failed.ndjson');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^line 2: failed: .*\n2 created\b.*1 failed\b/)]);
  expect(stderr).toMatch(reason);
  expect(read('failed.ndjson')).toBe(line);
  expect(await emails()).toEqual(['a@example.com', 'b@example.com']);
  expect(Object.prototype).not.toHaveProperty('admin');
});

test.each<[string, string]>([
  ['half a JSON', '"{""a"":"'],
  ['an apostrophe instead of quotes', "{'a': 1}"],
  ['a bare word', 'pro'],
  ['a formula', '"=HYPERLINK(""http://example.com"")"'],
  ['a list', '[1]'],
  ['a number', '5'],
  ['a prototype key', '"{""__proto__"":{""admin"":true}}"'],
])('rejects a CSV cell of metadata with %s, and creates the others', async (_name, cell) => {
  write('users.csv', `email,Public Metadata\na@example.com,{}\nx@example.com,${cell}\nb@example.com,"{""a"":1}"\n`);
  const { code, stderr } = await runImport('users.csv', '--rejects', 'failed.csv', '-c', '1');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^line 3: failed: .*publicMetadata.*\n2 created\b/)]);
  expect(read('failed.csv')).toBe(`email,Public Metadata\nx@example.com,${cell}\n`);
  expect((await everyone()).map(({ publicMetadata }) => publicMetadata)).toEqual([{}, { a: 1 }]);
});

test('imports a corrected line of metadata once, and no other line again', async () => {
  write('users.csv', 'firstName,privateMetadata\nAda,"{""a"":1}"\nBo,{a:1}\n');
  expect(await runImport('users.csv')).toMatchObject({ code: 1 });
  write('users.csv', 'firstName,privateMetadata\nAda,"{""a"":1}"\nBo,"{""a"":1}"\n');
  expect(await runImport('users.csv')).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^1 created\b.*\b1 .*earlier/),
  });
  expect((await everyone()).map(({ firstName, privateMetadata }) => [firstName, privateMetadata])).toEqual([
    ['Ada', { a: 1 }],
    ['Bo', { a: 1 }],
  ]);
});

test('recognizes a line of metadata whose fields are in another order', async () => {
  write('users.ndjson', `{"firstName":"Ada","publicMetadata":{"a":1,"b":[{"c":2,"d":3}]}}\n{\n`);
  expect(await runImport('users.ndjson')).toMatchObject({ code: 1 });
  write('users.ndjson', '{"publicMetadata":{"b":[{"d":3,"c":2}],"a":1},"firstName":"Ada"}\n');
  expect(await runImport('users.ndjson')).toMatchObject({ code: 0, stderr: expect.stringMatching(/\b1 .*earlier/) });
  expect(await everyone()).toHaveLength(1);
  write('users.ndjson', '{"publicMetadata":{"b":[{"d":3,"c":4}],"a":1},"firstName":"Ada"}\n');
  expect(await runImport('users.ndjson')).toMatchObject({ code: 0 });
  expect(await everyone()).toHaveLength(2);
});

test('keeps no metadata in the journal', async () => {
  write('users.ndjson', `${ndjson({ email: 'a@example.com', privateMetadata: { ssn: '010203-1234' } })}{\n`);
  expect(await runImport('users.ndjson')).toMatchObject({ code: 1 });
  expect(read('users.ndjson.torii-import')).not.toMatch(/ssn|010203/);
});

test('sends a name only if it is not the first and the last name', async () => {
  const bodies: unknown[] = [];
  const { url } = await startOddServer(async (request, response) => {
    const body = JSON.parse((await text(request)) || '{}');
    response.setHeader('content-type', 'application/json');
    if (request.url?.includes('/search')) return response.end('{"items":[],"hasMore":false,"nextCursor":null}');
    bodies.push(body);
    return response.end(JSON.stringify({ id: '01931a73-8b00-7000-8000-000000000000', ...body }));
  });
  write(
    'users.ndjson',
    ndjson(
      { email: 'a@example.com', firstName: 'Ada', lastName: 'Lovelace', name: 'Ada Lovelace' },
      { email: 'b@example.com', firstName: ' Ada ', lastName: null, name: 'Ada' },
      { email: 'c@example.com', firstName: 'Ada', name: 'Countess' },
      { email: 'd@example.com', name: 'Ada' },
    ),
  );
  const given = { environment: { ...environment, TORII_API_URL: url }, folder };
  expect(await runInProcess(['users', 'import', 'users.ndjson', '-c', '1'], given)).toMatchObject({ code: 0 });
  expect(bodies).toEqual([
    { email: 'a@example.com', firstName: 'Ada', lastName: 'Lovelace' },
    { email: 'b@example.com', firstName: ' Ada ' },
    { email: 'c@example.com', firstName: 'Ada', name: 'Countess' },
    { email: 'd@example.com', name: 'Ada' },
  ]);
});

test('reports fields that a version of Torii ignores', async () => {
  const { url } = await startOddServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const user = { id: '01931a73-8b00-7000-8000-000000000000', email: 'a@example.com', name: 'Ada' };
    response.end(
      JSON.stringify(request.url?.includes('/search') ? { items: [], hasMore: false, nextCursor: null } : user),
    );
  });
  write('users.ndjson', ndjson({ email: 'a@example.com', name: 'Ada', phone: '+45 12', password: 'correct horse' }));
  const given = { environment: { ...environment, TORII_API_URL: url }, folder };
  const { code, stdout, stderr } = await runInProcess(['users', 'import', 'users.ndjson', '--ndjson'], given);
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { outcome: 'created', ignored: ['phone'] }]);
  expect(stderr).toMatch(/^line 1: .*phone\n1 created\b/);
});

test('reads standard input', async () => {
  const args = ['users', 'import', '-', '--format', 'csv'];
  const ended = await runCommand(args, { environment, folder, input: 'email\nada@example.com\n' });
  expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^1 created\b/) });
  expect(await emails()).toEqual(['ada@example.com']);
});

test('reads a pipe that delivers single bytes', async () => {
  const command = startCommand(['users', 'import', '-', '--format', 'csv'], { environment, folder });
  for (const byte of Buffer.from('name;email\nÆrø;ada@example.com\n')) {
    await new Promise((resolve) => command.stdin.write(Buffer.of(byte), resolve));
  }
  command.stdin.end();
  expect(await command.ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^1 created\b/) });
  expect(await everyone()).toMatchObject([{ email: 'ada@example.com', name: 'Ærø' }]);
});

test('reports an email that is taken, but not as a failure', async () => {
  await torii.createUser({ email: 'ada@example.com' });
  write('users.ndjson', ndjson({ email: 'Ada@example.com' }, { email: 'bo@example.com' }, { email: 'bo@example.com' }));
  const { code, stderr } = await runImport('users.ndjson', '--concurrency', '1');
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/^line 1\b.*Ada@example\.com.*\nline 3\b.*bo@example\.com.*\n1 created\b.*2 taken\b.*\n$/),
  ]);
});

test('writes the result of each line as NDJSON', async () => {
  await torii.createUser({ email: 'ada@example.com' });
  write('users.ndjson', `${ndjson({ email: 'ada@example.com' }, { email: 'bo@example.com' })}{\n`);
  const args = ['users', 'import', 'users.ndjson', '--ndjson', '--concurrency', '1'];
  const { code, stdout } = await runCommand(args, { environment, folder });
  expect([code, stdout.split('\n').map((line) => line && JSON.parse(line))]).toEqual([
    1,
    [
      { line: 1, outcome: 'taken', email: 'ada@example.com' },
      { line: 2, outcome: 'created', id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      { line: 3, outcome: 'failed', problem: expect.stringContaining('JSON') },
      '',
    ],
  ]);
});

const brokenCsv = [
  'email,name', // 1
  'a@example.com,"Ada, C"', // 2
  'b@example.com,"Bo"b,"x', // 3: text after a quote
  'y"', // 4
  'c@example.com', // 5: a cell too few
  'd@example.com,Dee,extra', // 6: one too many
  'e@example.com,"Ee', // 7
  'Ff"', // 8
  'not an email,Gee', // 9
  'h@example.com,H"h', // 10: a quote in the middle
  'i@example.com,"never closed', // 11
  'j@example.com,Jay', // 12
  'k@example.com,"Kay"', // 13: where the quote above ends
  'l@example.com,El', // 14
].join('\n');

test('creates the valid lines of a broken CSV, reports the line number of each broken one, and writes them to the rejects', async () => {
  write('users.csv', `${brokenCsv}\n`);
  const { code, stdout, stderr } = await runImport('users.csv', '--rejects', 'failed.csv');
  expect([code, stdout, stderr.split('\n')]).toEqual([
    1,
    '',
    [
      expect.stringMatching(/^line 3\b.*quotes/),
      expect.stringMatching(/^line 5\b.*\b2\b.*\b1\b/),
      expect.stringMatching(/^line 6\b.*\b2\b.*\b3\b/),
      expect.stringMatching(/^line 9\b.*email/),
      expect.stringMatching(/^line 10\b.*quotes.*\b3\b/),
      expect.stringMatching(/^3 created\b.*5 failed\b/),
      expect.stringMatching(/users\.csv\.torii-import/),
      expect.stringMatching(/^torii: .*\b5\b/),
      '',
    ],
  ]);
  expect(await emails()).toEqual(['a@example.com', 'e@example.com', 'l@example.com']);
  const lines = brokenCsv.split('\n');
  const failed = [1, 3, 4, 5, 6, 9, 10, 11, 12, 13].map((line) => lines[line - 1]);
  expect(read('failed.csv')).toBe(`${failed.join('\n')}\n`);
  expect(statSync(join(folder, 'failed.csv')).mode & 0o777).toBe(0o600);
});

test('imports a fixed line, in place or in the file of rejects, and creates no user twice', async () => {
  write('users.csv', 'name,dateOfBirth\nAda,1815-12-10\nBo,yesterday\nCy,2000-02-30\n');
  expect(await runImport('users.csv', '--rejects', 'failed.csv')).toMatchObject({ code: 1 });
  expect(read('failed.csv')).toBe('name,dateOfBirth\nBo,yesterday\nCy,2000-02-30\n');
  write('failed.csv', 'name,dateOfBirth\nCy,2000-02-29\n');
  expect(await runImport('failed.csv')).toMatchObject({ code: 0 });
  write('users.csv', 'name,dateOfBirth\nNew,\nAda,1815-12-10\nBo,2000-01-01\n');
  expect(await runImport('users.csv')).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^2 created\b.*\b1 .*earlier/),
  });
  expect((await everyone()).map(({ name }) => name).sort()).toEqual(['Ada', 'Bo', 'Cy', 'New']);
  expect(existsSync(join(folder, 'users.csv.torii-import'))).toBe(false);
});

test('distinguishes repeated lines, and ignores a changed password', async () => {
  write('users.ndjson', `${ndjson({ name: 'Ada', password: 'correct horse' }, { name: 'Ada' })}{\n`);
  expect(await runImport('users.ndjson')).toMatchObject({ code: 1 });
  write('users.ndjson', ndjson({ name: 'Ada' }, { name: 'Ada', password: 'staple battery' }, { name: 'Ada' }));
  expect(await runImport('users.ndjson')).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^1 created\b.*\b2 .*earlier/),
  });
  expect(await everyone()).toHaveLength(3);
});

test('rewrites the file of rejects when the same import is run again', async () => {
  write('users.csv', 'email\nada\nbo\n');
  for (const _ of [1, 2]) expect(await runImport('users.csv', '--rejects', 'failed.csv')).toMatchObject({ code: 1 });
  expect(read('failed.csv')).toBe('email\nada\nbo\n');
});

test('leaves no empty file of rejects behind', async () => {
  write('users.csv', 'email\nada@example.com\n');
  expect(await runImport('users.csv', '--rejects', 'failed.csv')).toMatchObject({ code: 0 });
  expect(existsSync(join(folder, 'failed.csv'))).toBe(false);
});

test('only checks the lines with --dry-run, without a key and without requests', async () => {
  write('users.csv', brokenCsv);
  const given = { environment: { TORII_API_URL: 'http://127.0.0.1:9' }, folder };
  const { code, stderr } = await runCommand(['users', 'import', 'users.csv', '--dry-run'], given);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/\b3 valid\b.*\b5 failed\b/)]);
  expect(torii.requests.api).toBe(0);
  write('good.ndjson', ndjson({ name: 'Ada' }));
  expect(await runCommand(['users', 'import', 'good.ndjson', '--dry-run'], given)).toMatchObject({ code: 0 });
});

test('shows the server’s error for a line without the password', async () => {
  write('users.ndjson', ndjson({ email: 'ada@example.com', password: 'hunter2' }, { name: 'Bo' }));
  const { code, stdout, stderr } = await runImport('users.ndjson', '--json');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^line 1\b.*failed.*\b400\b.*\b8\b/)]);
  expect(stdout + stderr).not.toContain('hunter2');
  expect(read('users.ndjson.torii-import')).not.toMatch(/hunter2|ada@/);
  expect(await everyone()).toMatchObject([{ name: 'Bo' }]);
});

test('hides a password that the server repeats in its error', async () => {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => (body += data));
    request.on('end', () => {
      response.writeHead(400, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ status: 400, code: 'invalid_request', detail: `Not this: ${body}` }));
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const TORII_API_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const input = ndjson({ email: 'ada@example.com', password: 'hunter2' });
  const ended = await runCommand(['users', 'import', '-', '--json'], {
    environment: { ...environment, TORII_API_URL },
    input,
  });
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('Not this: {"email":"ada@example.com"') });
  expect(ended.stdout + ended.stderr).not.toContain('hunter2');
});

test.each<[string, string, string]>([
  ['an unknown field', '{"emial":"ada@example.com"}', '"emial"'],
  ['a number for a name', '{"name":5}', 'name'],
  ['an empty object', '{}', 'user'],
  ['a password alone', '{"password":"correct horse"}', 'user'],
  ['a banned user, who would come back active', '{"name":"Ada","status":"banned"}', 'banned'],
  ['a deleted user', '{"name":"Ada","deletedAt":"2026-05-16T09:30:00Z"}', 'deleted'],
  ['a list', '[1]\n', 'JSON'],
  ['half a line', '{"name":"Ada"', 'JSON'],
])('does not create %s', async (_name, line, problem) => {
  write('users.ndjson', `{"name":"Bo"}\n${line}\n`);
  const { code, stderr } = await runImport('users.ndjson');
  expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(`^line 2\\b.*failed.*${problem}`))]);
  expect(await everyone()).toHaveLength(1);
});

test('refuses bytes that are not UTF-8, line by line', async () => {
  write('users.csv', Buffer.from('email,name\nada@example.com,\xc6r\xf8\nbo@example.com,Bo\n', 'latin1'));
  const { code, stderr } = await runImport('users.csv');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^line 2\b.*failed.*UTF-8/)]);
  expect(await emails()).toEqual(['bo@example.com']);
});

test.each<[string, string | Buffer, readonly string[], number, string]>([
  ['an unknown column', 'email,shoe size\n', ['users.csv'], 2, '"shoe size"'],
  ['two columns of one field', 'email,E-Mail\n', ['users.csv'], 2, 'email'],
  ['a first row that is broken', 'em"ail\nada\n', ['users.csv'], 2, 'row'],
  ['UTF-16 without a byte order mark', Buffer.from('email\n', 'utf16le'), ['users.csv'], 2, 'UTF-16'],
  ['half a character of UTF-16', Buffer.from('\ufeffemail\n', 'utf16le').subarray(0, 13), ['users.csv'], 2, 'UTF-16'],
  ['UTF-32', Buffer.from('\ufeff\0e\0\n\0', 'utf16le'), ['users.csv'], 2, 'UTF-32'],
  ['a JSON array', '[\n{}\n]\n', ['users.csv', '--format', 'ndjson'], 2, 'JSON array'],
  ['a line without end', `"${'x'.repeat(2_000_000)}`, ['users.csv', '--format', 'ndjson'], 2, '1 MB'],
  ['a file that does not exist', '', ['none.csv'], 1, 'none.csv'],
  ['a folder', '', ['.'], 1, 'folder'],
  ['too many concurrent requests', '', ['users.csv', '-c', '33'], 2, '32'],
  ['rejects of a check', '', ['users.csv', '--dry-run', '--rejects', 'x'], 2, '--rejects'],
  ['rejects over a file that is there', 'email\n', ['users.csv', '--rejects', 'users.csv'], 2, '--rejects'],
  ['a journal file that is not a journal', 'email\n', ['users.csv', '--journal', 'users.csv'], 1, '--journal'],
  ['users and secret key both from standard input', '', ['-', '--secret-key-file', '-'], 2, 'secret key'],
])('refuses %s with one line, and does not change the file', async (_name, content, args, exitCode, message) => {
  write('users.csv', content);
  const { code, stdout, stderr } = await runImport(...args);
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
  expect(stderr.trimEnd()).not.toContain('\n');
  expect(read('users.csv')).toBe(content.toString('utf8'));
  expect(await everyone()).toEqual([]);
});

test('imports an empty file', async () => {
  for (const file of ['users.csv', 'users.ndjson']) {
    write(file, '');
    expect(await runImport(file)).toEqual({ code: 0, stdout: '', stderr: expect.stringMatching(/^.+\n$/) });
  }
});

test('stops after the first line if the key is wrong', async () => {
  write('users.ndjson', ndjson(...people(50)));
  const given = { environment: { ...environment, TORII_SECRET_KEY: 'sk_test_other' }, folder };
  const { code, stderr } = await runCommand(['users', 'import', 'users.ndjson'], given);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^torii: .*401.*TORII_SECRET_KEY/)]);
  expect(torii.requests.api).toBe(1);
});

test('sends no more requests at the same time than --concurrency allows', async () => {
  write('users.ndjson', ndjson(...people(10)));
  torii.delay('api', 300);
  const begun = performance.now();
  expect(await runImport('users.ndjson', '--concurrency', '2')).toMatchObject({ code: 0 });
  // One request to find out the environment, then five times two. More time is not a failure.
  expect(performance.now() - begun).toBeGreaterThan(6 * 300);
});

/** Imports without a journal, so that the first request is the one for the first line. */
function runPiped(input: string, ...args: readonly string[]): Promise<Ended> {
  return runCommand(['users', 'import', '-', ...args], { environment, folder, input });
}

test('waits after 429, and creates every user once', async () => {
  torii.fail('api', { status: 429, headers: { 'retry-after': '1' }, times: 6 });
  const ended = await runPiped(ndjson(...people(12), { name: 'Without an email' }));
  expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^13 created\b/) });
  expect(await everyone()).toHaveLength(13);
});

test('sends a line with an email again if the response was lost, and reports it as taken', async () => {
  torii.cut('api', { at: 'answer', times: 1 });
  const ended = await runPiped(ndjson({ email: 'ada@example.com' }, { email: 'bo@example.com' }), '-c', '1');
  expect(ended).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^line 1\b.*ada@example\.com.*\n1 created\b.*\b1 taken\b/),
  });
  expect(await emails()).toEqual(['ada@example.com', 'bo@example.com']);
});

test('sends no further line after the API refused the key', async () => {
  const wrong = { ...environment, TORII_SECRET_KEY: 'sk_test_other' };
  const input = ndjson(...people(50));
  const ended = await runCommand(['users', 'import', '-', '-c', '3'], { environment: wrong, folder, input });
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^.+\ntorii: .*401/) });
  expect(torii.requests.api).toBeLessThanOrEqual(3);
});

test('stops if a response was lost and the line has no email to detect a duplicate', async () => {
  torii.cut('api', { at: 'answer', times: 1 });
  const { code, stderr } = await runPiped(ndjson({ name: 'Ada' }, { name: 'Bo' }), '-c', '1');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^torii: ./m)]);
  expect(await everyone()).toMatchObject([{ name: 'Ada' }]);
});

test.each([
  ['was carried out', 1],
  ['was lost', 0],
])('never sends a user without an email again whose request %s unanswered', async (_name, arrived) => {
  write('users.ndjson', ndjson({ name: 'Ada' }, { name: 'Bo' }));
  const gate = await startGate(torii.apiUrl);
  const command = startCommand(['users', 'import', 'users.ndjson', '--concurrency', '1'], through(gate));
  await gate.admit(environmentRequests);
  await gate.holds(1);
  command.kill('SIGKILL');
  await command.ended;
  await gate.admit(arrived);
  const { code, stderr } = await runImport('users.ndjson', '--rejects', 'failed.ndjson');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^line 1\b.*failed/)]);
  expect(read('failed.ndjson')).toBe(ndjson({ name: 'Ada' }));
  const names = (await everyone()).map(({ name }) => name);
  expect(names.filter((name) => name === 'Bo')).toHaveLength(1);
  expect(names.filter((name) => name === 'Ada')).toHaveLength(arrived);
});

test('stops when the key is revoked, says how to resume, and resumes', async () => {
  write('users.ndjson', ndjson(...people(200)));
  const gate = await startGate(torii.apiUrl);
  const command = startCommand(['users', 'import', 'users.ndjson'], through(gate));
  await gate.admit(environmentRequests + 20);
  await gate.holds(4);
  torii.fail('api', { status: 401 });
  await gate.admit(Number.POSITIVE_INFINITY);
  const { code, stderr } = await command.ended;
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^20 created\b.*\n.*users\.ndjson\.torii-import.*\ntorii: .*401/),
  ]);
  torii.recover();
  const again = await runImport('users.ndjson');
  expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/^180 created\b.*\b20 .*earlier.*\n$/)]);
  expect(await everyone()).toHaveLength(200);
});

test('stops without a network after some retries, marks only sent lines as in doubt, and resumes', async () => {
  const port = Number(new URL(torii.apiUrl).port);
  await torii.stop();
  const database = join(folder, 'torii.db');
  torii = await startEmulator({ database, port });
  environment = environmentOf(torii);
  write('users.ndjson', ndjson(...people(60).map(({ name }) => ({ name }))));
  torii.delay('api', 40);
  const command = startCommand(['users', 'import', 'users.ndjson', '-c', '2'], { environment, folder });
  await vi.waitFor(() => expect(torii.requests.api).toBeGreaterThan(10), patience);
  // Answers the requests in flight, then refuses new ones.
  await torii.stop();
  const { code, stderr } = await command.ended;
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^\d+ created\b.*\n.*users\.ndjson\.torii-import.*\ntorii: ./),
  ]);
  torii = await startEmulator({ database, port });
  const again = await runImport('users.ndjson');
  const doubts = again.stderr.match(/^line \d+\b.*failed/gm)?.length ?? 0;
  // Only requests in flight when the server stopped can be in doubt.
  expect(doubts).toBeLessThanOrEqual(2);
  const names = (await everyone()).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(60 - doubts);
});

/**
 * Replaces `fetch`: requests that create a user fail in these ways, in turn. Ctrl-C follows after eight of them, so that the
 * command does not wait for its retries.
 */
function withoutConnection(...ways: readonly string[]): Readonly<Record<string, string>> {
  const code = `const { fetch } = globalThis;
    const fail = (cause) => Promise.reject(new TypeError('fetch failed', { cause }));
    const system = (syscall, code) => Object.assign(new Error(syscall + ' ' + code), { syscall, code });
    const ways = [${ways.map((way) => `(init) => ${way}`).join(', ')}];
    let failed = 0;
    globalThis.fetch = (url, init) => {
      if (!String(url).endsWith('/users')) return fetch(url, init);
      failed += 1;
      if (failed === 8) process.kill(process.pid, 'SIGINT');
      return ways[failed % ways.length](init);
    };`;
  return { ...environment, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

test('31: counts no user as in doubt whose request never left', async () => {
  // Without an email, a user in doubt is never sent again.
  write('users.ndjson', ndjson(...people(8).map(({ name }) => ({ name }))));
  const given = withoutConnection(
    "fetch('http://255.255.255.255', init)",
    "fetch('https://nowhere.invalid', init)",
    "fail(new AggregateError(['ETIMEDOUT', 'ENETUNREACH', 'EACCES', 'EHOSTUNREACH', 'EPERM'].map((code) => system('connect', code))))",
  );
  const { code } = await runCommand(['users', 'import', 'users.ndjson', '-c', '8'], { environment: given, folder });
  expect(code).toBe(130);
  expect(await everyone()).toEqual([]);
  const again = await runImport('users.ndjson');
  expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/^8 created\b/)]);
  expect(await everyone()).toHaveLength(8);
});

test('31: makes one attempt if the certificate is not trusted, says what to do, and counts no user as in doubt', async () => {
  write('users.ndjson', ndjson(...people(2).map(({ name }) => ({ name }))));
  const untrusted = withoutConnection("fail(Object.assign(new Error('x'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }))");
  const given = { environment: untrusted, folder };
  const { code, stderr } = await runCommand(['users', 'import', 'users.ndjson', '-c', '1'], given);
  expect([code, stderr]).toEqual([1, expect.stringContaining('NODE_EXTRA_CA_CERTS')]);
  const again = await runImport('users.ndjson');
  expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/^2 created\b/)]);
});

test('31: counts users as in doubt whose connection was reset', async () => {
  write('users.ndjson', ndjson({ name: 'Ada' }));
  const reset = "fail(new AggregateError([system('connect', 'ECONNREFUSED'), system('read', 'ECONNRESET')]))";
  const given = { environment: withoutConnection(reset), folder };
  expect((await runCommand(['users', 'import', 'users.ndjson'], given)).code).toBe(1);
  const again = await runImport('users.ndjson');
  expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/^line 1\b.*failed/)]);
  expect(await everyone()).toEqual([]);
});

test.each([2, 9, 17, 30, 55, 80])(
  'resumes after it was killed at request %i and creates no user twice',
  async (request) => {
    write('users.ndjson', ndjson(...people(90)));
    const gate = await startGate(torii.apiUrl);
    const command = startCommand(['users', 'import', 'users.ndjson', '-c', '3'], through(gate));
    await gate.admit(request - 1);
    await gate.holds(3);
    command.kill('SIGKILL');
    expect((await command.ended).code).toBe('SIGKILL');
    // The requests in flight arrive, but their responses are lost.
    await gate.admit(Number.POSITIVE_INFINITY);
    appendFileSync(join(folder, 'users.ndjson.torii-import'), '{"crea');
    const before = torii.requests.api;
    const { code, stderr } = await runImport('users.ndjson');
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('failed')]);
    expect((await everyone()).map(({ email }) => email).sort()).toEqual(
      people(90)
        .map(({ email }) => email)
        .sort(),
    );
    // Finished lines are not sent again, only those in flight, after one request to find out the environment.
    const created = Number(/(\d+) created/.exec(stderr)?.[1]);
    expect(torii.requests.api - before).toBeLessThanOrEqual(created + 3 + 1 + 1);
  },
);

test('exits with 130 at Ctrl-C, records the requests in flight, and resumes', async (context) => {
  write('users.ndjson', ndjson(...people(80).map(({ name }) => ({ name }))));
  torii.delay('api', 50);
  const terminal = await startOnTerminal(context, ['users', 'import', 'users.ndjson'], {
    environment,
    folder,
    columns: 40,
  });
  await terminal.shows(/lines .* [1-9]\d?\/80/);
  terminal.type('\x03');
  expect(await terminal.ended).toBe(130);
  expect(terminal.text()).toMatch(/\d+ created\b/);
  expect(terminal.output()).toContain('\x1b[?25h');
  torii.recover();
  expect(await runImport('users.ndjson')).toMatchObject({ code: 0 });
  expect((await everyone()).map(({ name }) => name).sort()).toEqual(
    people(80)
      .map(({ name }) => name)
      .sort(),
  );
});

test('stops waiting for standard input at Ctrl-C', async () => {
  const command = startCommand(['users', 'import', '-'], { environment, folder });
  command.stdin.write(ndjson({ name: 'Ada' }));
  await vi.waitFor(async () => expect(await everyone()).toHaveLength(1), patience);
  command.kill('SIGINT');
  expect(await command.ended).toEqual({ code: 130, stdout: '', stderr: expect.stringMatching(/^1 created\b.*\n$/) });
});

test('does not resume an import into another environment', async () => {
  write('users.ndjson', `${ndjson({ email: 'ada@example.com' })}{\n`);
  await runImport('users.ndjson');
  const other = await startEmulator();
  try {
    const given = { environment: environmentOf(other), folder };
    const { code, stderr } = await runCommand(['users', 'import', 'users.ndjson'], given);
    expect([code, stderr]).toEqual([1, expect.stringContaining('--journal')]);
    expect(await everyone(other)).toEqual([]);
  } finally {
    await other.stop();
  }
});

/** Starts an import that has created eight users and waits for the responses to the next four requests. */
async function startHeldImport() {
  write('users.ndjson', ndjson(...people(60).map(({ name }) => ({ name }))));
  const gate = await startGate(torii.apiUrl);
  const command = startCommand(['users', 'import', 'users.ndjson', '-c', '4'], through(gate));
  await gate.admit(environmentRequests + 8);
  await gate.holds(4);
  return { gate, command };
}

async function expectEveryoneOnce(count: number): Promise<void> {
  const names = (await everyone()).map(({ name }) => name);
  expect([names.length, new Set(names).size]).toEqual([count, count]);
}

test('stops an import if another import has written to its journal', async () => {
  const { gate, command: first } = await startHeldImport();
  const late = await startGate(torii.apiUrl);
  const second = startCommand(['users', 'import', 'users.ndjson', '-c', '4'], through(late));
  // By then it has read the journal.
  await late.holds(1);
  await gate.admit(4);
  await gate.holds(4);
  await late.admit(Number.POSITIVE_INFINITY);
  expect(await second.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(refusalOfJournal) });
  await expectEveryoneOnce(12);
  await gate.admit(Number.POSITIVE_INFINITY);
  expect(await first.ended).toMatchObject({ code: 0 });
  await expectEveryoneOnce(60);
});

test('stops an import whose journal was taken over by another import', async () => {
  const { gate, command: first } = await startHeldImport();
  // For the second import, the four requests in flight are in doubt.
  expect(await runImport('users.ndjson')).toMatchObject({ code: 1, stderr: expect.stringMatching(/^48 created\b/m) });
  await gate.admit(Number.POSITIVE_INFINITY);
  expect(await first.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(refusalOfJournal) });
  await expectEveryoneOnce(60);
});
