import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  cleanEnvironment,
  environmentOf,
  nodeArguments,
  patience,
  type RunningCommand,
  runCommand,
  startCommand,
  temporaryFolder,
} from './command.ts';
import { startGate } from './gate.ts';
import { runInProcess } from './in-process.ts';
import { startOnTerminal } from './terminal.ts';

const count = 240;
const names = [
  '=HYPERLINK("https://example.com")',
  '+45 12',
  "'=1",
  '@a',
  '-1',
  'Ada, "C"\nof\r\nL',
  '\tTab',
  '＝1',
  'Ærø 🙂',
];
let torii: Emulator;
let folder: string;
let environment: Readonly<Record<string, string>>;
beforeAll(async () => {
  torii = await startEmulator();
  environment = environmentOf(torii);
  await torii.seed(Array.from({ length: count }, (_, index) => seedUser(index)));
});
afterAll(() => torii.stop());
afterEach(() => torii.recover());
beforeEach(() => {
  folder = temporaryFolder();
});

function seedUser(index: number) {
  const status = index % 100 === 7 ? ('banned' as const) : ('active' as const);
  return {
    email: `user${index}@example.com`,
    status,
    ...(index % 2 === 0 && { name: names[index % names.length] ?? '' }),
  };
}

/** Runs the command in this process. Tests that need a new process use `runCommand` or `startCommand`. */
function runExport(...args: readonly string[]) {
  return runInProcess(['users', 'export', ...args], { environment, folder });
}

function read(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

function emailsOf(ndjson: string): string[] {
  return ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { email: string }).email);
}

/** The emails of all users, newest first. */
function everyEmail(total = count): string[] {
  return Array.from({ length: total }, (_, index) => `user${total - 1 - index}@example.com`);
}

test('writes every user to a file that only its owner can read, one JSON object per line', async () => {
  const ended = await runCommand(['users', 'export', 'users.ndjson'], { environment, folder });
  expect(ended).toEqual({ code: 0, stdout: '', stderr: expect.stringMatching(/^240 users\b.*users\.ndjson.*\n$/) });
  expect(emailsOf(read('users.ndjson'))).toEqual(everyEmail());
  expect(existsSync(join(folder, 'users.ndjson.torii-export'))).toBe(false);
  expect(statSync(join(folder, 'users.ndjson')).mode & 0o777).toBe(0o600);
});

test('writes users to standard output, without a progress bar in a pipe', async () => {
  const { code, stdout, stderr } = await runCommand(['users', 'export'], { environment, folder });
  expect([code, emailsOf(stdout), stderr]).toEqual([0, everyEmail(), expect.stringMatching(/^240 users\b.*\n$/)]);
});

test('writes an empty export if no user matches', async () => {
  expect(await runExport('--email', 'nobody@')).toEqual({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/^0 users\b.*\n$/),
  });
  await runExport('--email', 'nobody@', 'nobody.csv');
  expect(read('nobody.csv')).toMatch(/^id,email,emailVerifiedAt,.*\n$/);
});

test('accepts the same filters as list', async () => {
  const { stdout } = await runExport('--status', 'banned', '--email', 'user10');
  expect(emailsOf(stdout)).toEqual(['user107@example.com']);
  expect(emailsOf((await runExport('--without-name')).stdout)).toHaveLength(count / 2);
});

test('keeps spreadsheets from running formulas in names', async () => {
  await runExport('users.csv');
  const text = read('users.csv');
  expect(text.split('\n')[0]).toBe(
    'id,email,emailVerifiedAt,firstName,lastName,name,locale,status,publicMetadata,privateMetadata,unsafeMetadata,' +
      'createdAt,updatedAt,deletedAt,environmentId,phone,address,dateOfBirth',
  );
  expect(text).toContain(`,"'=HYPERLINK(""https://example.com"")",`);
  expect(text).toContain(",''=1,");
  expect(text).not.toMatch(/(^|[,"])[=+\-@\t＝]/m);
});

test('escapes control characters on a terminal alone', async () => {
  await using other = await startEmulator();
  const name = 'Ada\u001b]0;title\u0007\u001b[2J\u202e\u009b2J';
  await other.createUser({ name });
  const options = { environment: environmentOf(other) };
  for (const format of ['csv', 'ndjson']) {
    const onTerminal = await runInProcess(['users', 'export', '--format', format], { ...options, columns: 80 });
    expect([onTerminal.code, onTerminal.stdout]).toEqual([0, expect.stringContaining('Ada\\u001b]0;title\\u0007')]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
    expect(onTerminal.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  }
  const inPipe = await runInProcess(['users', 'export', '--format', 'csv'], options);
  expect(inPipe.stdout).toContain(name);
});

test('shows a progress bar on a terminal of 40 columns, and removes it', async (context) => {
  torii.delay('api', 50);
  const args = ['users', 'export', 'users.ndjson', '--page-size', '20'];
  const terminal = await startOnTerminal(context, args, { environment, folder, columns: 40 });
  await terminal.shows(/users \d+/);
  expect(await terminal.ended).toBe(0);
  expect(terminal.text()).toMatch(/240 users\b.*users\.ndjson.*\n$/);
  expect(terminal.output()).toContain('\x1b[?25h');
});

test('exits with 130 at Ctrl-C, says how to resume, and resumes', async (context) => {
  torii.delay('api', 50);
  const args = ['users', 'export', 'users.ndjson', '--page-size', '10'];
  const terminal = await startOnTerminal(context, args, { environment, folder });
  await terminal.shows(/users [1-9]\d+/);
  terminal.type('\x03');
  expect(await terminal.ended).toBe(130);
  expect(terminal.text()).toMatch(/\d+ users\b.*users\.ndjson.*\n$/);
  torii.recover();
  const before = torii.requests.api;
  const { code, stderr } = await runExport('users.ndjson');
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^.*users\.ndjson.*\b\d+ users\b.*\n240 /)]);
  expect(torii.requests.api - before).toBeLessThan(3 + 1);
  expect(emailsOf(read('users.ndjson'))).toEqual(everyEmail());
});

test.each([1, 3, 6, 10, 15, 21, 24])(
  'resumes without missing or repeated users after it was killed at request %i',
  async (request) => {
    const before = torii.requests.api;
    torii.delay('api', 15);
    const args = ['users.ndjson', '--email', 'example.com'];
    const command = startCommand(['users', 'export', ...args, '--page-size', '10'], { environment, folder });
    await vi.waitFor(() => expect(torii.requests.api - before).toBeGreaterThanOrEqual(request), {
      ...patience,
      interval: 1,
    });
    command.kill('SIGKILL');
    expect((await command.ended).code).toBe('SIGKILL');
    torii.recover();
    await torii.createUser({ email: `late${request}@example.org` });
    expect(await runExport(...args)).toMatchObject({ code: 0 });
    expect(emailsOf(read('users.ndjson'))).toEqual(everyEmail());
  },
);

/** Starts an export and waits until it has written some pages. */
async function startSlowly(file: string, ...args: readonly string[]): Promise<RunningCommand> {
  torii.delay('api', 40);
  const command = startCommand(['users', 'export', file, '--page-size', '10', ...args], { environment, folder });
  await vi.waitFor(() => expect(JSON.parse(read(`${file}.torii-export`)).users).toBeGreaterThanOrEqual(30), patience);
  return command;
}

/** Starts an export and kills it. */
async function leaveUnfinished(file: string, ...args: readonly string[]): Promise<void> {
  const command = await startSlowly(file, ...args);
  command.kill('SIGKILL');
  await command.ended;
  torii.recover();
}

test('cuts off partial and whole lines that a killed run wrote after its last progress note', async () => {
  await leaveUnfinished('users.ndjson', '--email', 'example.com');
  appendFileSync(join(folder, 'users.ndjson'), '{"email":"not noted"}\n{"email":"half a li');
  expect(await runExport('users.ndjson', '--email', 'example.com')).toMatchObject({ code: 0 });
  expect(emailsOf(read('users.ndjson'))).toEqual(everyEmail());
});

test('resumes CSV without repeating the header', async () => {
  await leaveUnfinished('users.csv', '--email', 'example.com');
  expect(await runExport('users.csv', '--email', 'example.com')).toMatchObject({ code: 0 });
  expect(read('users.csv').match(/^id,email/gm)).toHaveLength(1);
  expect(new Set(read('users.csv').match(/user\d+@/g)).size).toBe(count);
});

test('starts again with --restart', async () => {
  await leaveUnfinished('users.ndjson', '--status', 'active');
  expect(await runExport('users.ndjson', '--email', 'example.com', '--restart')).toMatchObject({ code: 0 });
  expect(emailsOf(read('users.ndjson'))).toEqual(everyEmail());
});

test('never overwrites a file, not even a finished export', async () => {
  writeFileSync(join(folder, 'users.ndjson'), 'mine');
  for (const args of [[], ['--restart']]) {
    const { code, stderr } = await runExport('users.ndjson', ...args);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^torii: .*users\.ndjson/)]);
  }
  expect(read('users.ndjson')).toBe('mine');
});

test.each<[string, () => unknown, readonly string[], string]>([
  ['other filters', () => {}, ['--name', 'Ada'], '--restart'],
  ['another format', () => {}, ['--format', 'csv'], '--restart'],
  [
    'a file that has changed',
    () => writeFileSync(join(folder, 'users.ndjson'), 'x'.repeat(99_999)),
    [],
    'users.ndjson.torii-export',
  ],
  ['a file that is shorter', () => writeFileSync(join(folder, 'users.ndjson'), 'x'), [], 'users.ndjson.torii-export'],
  [
    'a note that is none',
    () => writeFileSync(join(folder, 'users.ndjson.torii-export'), '{"torii":"export"}'),
    [],
    'users.ndjson.torii-export',
  ],
  [
    'half a note',
    () => writeFileSync(join(folder, 'users.ndjson.torii-export'), '{"tor'),
    [],
    'users.ndjson.torii-export',
  ],
])('does not resume with %s, and changes nothing', async (_name, change, args, message) => {
  await leaveUnfinished('users.ndjson');
  change();
  const before = read('users.ndjson');
  const { code, stderr } = await runExport('users.ndjson', ...args);
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  expect(read('users.ndjson')).toBe(before);
});

test('does not resume with the users of another environment', async () => {
  await leaveUnfinished('users.ndjson');
  const other = await startEmulator();
  try {
    await other.seed([{ email: 'other@example.com' }]);
    const given = { environment: environmentOf(other), folder };
    const { code, stderr } = await runCommand(['users', 'export', 'users.ndjson'], given);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^torii: .*--restart/m)]);
  } finally {
    await other.stop();
  }
});

test('does not mix the users of two environments if the API accepts the cursor of the other one', async () => {
  await leaveUnfinished('users.ndjson');
  const file = join(folder, 'users.ndjson.torii-export');
  const note = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...note, environmentId: note.cursor }));
  const { code, stderr } = await runExport('users.ndjson');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^torii: .*--restart/m)]);
});

test('stops without damage when another program writes to the file', async () => {
  const gate = await startGate(torii.apiUrl);
  const first = startCommand(['users', 'export', 'users.ndjson', '--email', 'example.com', '--page-size', '10'], {
    environment: { ...environment, TORII_API_URL: gate.url },
    folder,
  });
  await gate.admit(3);
  await gate.holds(1);
  const second = await runExport('users.ndjson', '--email', 'example.com');
  expect(second).toMatchObject({ code: 0 });
  await gate.admit(Number.POSITIVE_INFINITY);
  expect(await first.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^torii: .*users\.ndjson/m) });
  expect(emailsOf(read('users.ndjson'))).toEqual(everyEmail());
});

test('exits without a message when the reader closes the pipe', async () => {
  const command = startCommand(['users', 'export', '--page-size', '1'], { environment, folder });
  await once(command.stdout, 'data');
  command.stdout.destroy();
  expect(await command.ended).toMatchObject({ code: 0, stderr: '' });
});

test.runIf(process.platform === 'linux')('reports a full disk behind standard output', async () => {
  const child = spawn(process.execPath, nodeArguments(['users', 'export'], {}), {
    env: cleanEnvironment({ environment }),
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^0 users\b.*\ntorii: .*disk/)]);
});

test('says how many users are saved when the network fails, and resumes later', async () => {
  await leaveUnfinished('users.ndjson', '--email', 'example.com');
  torii.fail('api', { status: 401 });
  const { code, stderr } = await runExport('users.ndjson', '--email', 'example.com');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/\b\d\d+ users\b.*users\.ndjson.*\ntorii: .*401/)]);
  torii.recover();
  expect(await runExport('users.ndjson', '--email', 'example.com')).toMatchObject({ code: 0 });
  expect(emailsOf(read('users.ndjson'))).toEqual(everyEmail());
});

test.each<[readonly string[], number, string]>([
  [['--restart'], 2, '--restart'],
  [['--format', 'xml'], 2, 'ndjson, csv'],
  [['--page-size', '0'], 2, '--page-size'],
  [['--status', 'gone'], 2, 'active, banned, deleted'],
  [['--created-after', '2026-02-30'], 2, '2026-05-16'],
  [['no/such/folder/users.ndjson'], 1, 'no/such/folder/users.ndjson'],
  [['.'], 1, 'torii: . '],
])('refuses %j', async (args, exitCode, message) => {
  const { code, stdout, stderr } = await runCommand(['users', 'export', ...args], { environment, folder });
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
  expect(stderr.trimEnd()).not.toContain('\n');
});
