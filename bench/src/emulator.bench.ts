// Measures the emulator with 100,000 users in its database file: starting, listing, searching, writing. Sends real HTTP
// requests, one after the other. There is no comparable library, so the figures are milliseconds on this machine.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import { formatNumber } from './limits.ts';
import { announceSteps, tellProgress } from './progress.ts';
import { median } from './rounds.ts';
import { reportSection } from './section.ts';
import { scaled } from './settings.ts';

const userCount = scaled(100_000);
const repeats = scaled(30);
const folder = mkdtempSync(join(tmpdir(), 'torii-bench-'));
const database = join(folder, 'torii.db');

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}

announceSteps(15);
try {
  const seconds = await fill();
  const rows = [...(await measureStarts()), ...(await measureRequests())];
  reportSection({
    title: 'The emulator',
    text: [
      `With ${formatNumber(userCount)} users in its file, seeded in ${formatNumber(seconds)} s. Requests are sent over HTTP, one after the other. There is no peer to compare with: the figures are milliseconds on this machine.`,
    ],
    tables: [
      {
        title: `The emulator with ${formatNumber(userCount)} users`,
        columns: ['', 'ms, median', 'ms, slowest'],
        rows: rows.map(({ name, milliseconds }) => [
          name,
          formatNumber(median(milliseconds)),
          formatNumber(Math.max(...milliseconds)),
        ]),
      },
    ],
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Row {
  readonly name: string;
  readonly milliseconds: readonly number[];
}

/** Seeds the users. Returns how many seconds this took. */
async function fill(): Promise<number> {
  tellProgress('Seeding users', 0);
  await using emulator = await startEmulator({ database });
  const begun = performance.now();
  const users = Array.from({ length: userCount }, (_, index) => ({
    email: `user${index}@example.com`,
    name: `User Number ${index}`,
    phone: '+4512345678',
    address: 'Vesterbrogade 12, 1620 Copenhagen',
    status: index % 10_000 === 0 ? ('banned' as const) : ('active' as const),
  }));
  await emulator.seed(users);
  return (performance.now() - begun) / 1000;
}

async function measureStarts(): Promise<readonly Row[]> {
  const library = await measure('the library starts', scaled(7), async () => {
    await (await startEmulator({ database })).stop();
  });
  const program = await measure('the program starts, including Node', scaled(7), startProgram);
  return [library, program];
}

async function startProgram(): Promise<void> {
  const main = new URL('../../packages/emulator/src/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--conditions=@torii/source', main, '--port', '0', '--data', database]);
  const ended = new Promise((resolve) => child.on('close', resolve));
  for await (const chunk of child.stdout) {
    if (String(chunk).includes('Ctrl-C')) break;
  }
  // SIGKILL, because a clean shutdown would be part of the measurement. The lock of the database file ends with the
  // process.
  child.kill('SIGKILL');
  await ended;
}

async function measureRequests(): Promise<readonly Row[]> {
  await using emulator = await startEmulator({ database });
  const deep = await walk(emulator, Math.floor(userCount / 200));
  const searches: readonly [string, string, unknown][] = [
    ['the first page of 20', '', {}],
    ['the first page of 100', '?limit=100', {}],
    ['a page of 100 in the middle', `?limit=100&cursor=${deep}`, {}],
    ['search: a part of every email', '', { email: '@EXAMPLE' }],
    ['search: a part of one email, of the oldest user', '', { email: 'user0@' }],
    ['search: a part of a name that no user has', '', { name: 'nobody' }],
    ['search: a status that few users have', '', { statuses: ['banned'] }],
    ['search: users without a name', '', { name: null }],
    ['search: users created long ago', '', { createdBefore: '2020-01-01T00:00:00Z' }],
  ];
  const rows: Row[] = [];
  for (const [name, query, filter] of searches) {
    rows.push(await measure(name, repeats, () => search(emulator, query, filter)));
  }
  rows.push(await measure('get a user', repeats, () => request(emulator, 'GET', `/users/${deep}`)));
  rows.push(await measure('create a user', repeats, () => request(emulator, 'POST', '/users', { name: 'New' })));
  rows.push(
    await measure('update a user', repeats, () => request(emulator, 'PATCH', `/users/${deep}`, { name: 'Other' })),
  );
  return rows;
}

async function walk(emulator: Emulator, pages: number): Promise<string> {
  let cursor = '';
  for (let page = 0; page < pages; page++) {
    const { nextCursor } = await search(emulator, `?limit=100${cursor && `&cursor=${cursor}`}`, {});
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return cursor;
}

function search(emulator: Emulator, query: string, filter: unknown): Promise<Page> {
  return request(emulator, 'POST', `/users/search${query}`, filter) as Promise<Page>;
}

async function request(emulator: Emulator, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${emulator.apiUrl}/api/server/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${emulator.secretKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function measure(name: string, times: number, work: () => Promise<unknown>): Promise<Row> {
  tellProgress(name, 0);
  await work();
  const milliseconds: number[] = [];
  for (let count = 0; count < times; count++) {
    const begun = performance.now();
    await work();
    milliseconds.push(performance.now() - begun);
  }
  return { name, milliseconds };
}
