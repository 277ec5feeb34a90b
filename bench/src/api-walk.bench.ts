// Measures iteration over 100,000 users: speed, memory, and how much of the time the client takes.
import { createToriiClient } from '@torii/api';
import { startEmulator } from '@torii/emulator';
import { formatNumber } from './limits.ts';
import { announceSteps, tellProgress } from './progress.ts';
import { reportSection } from './section.ts';
import { scaled } from './settings.ts';

const users = scaled(100_000);
const limit = 100;
const heapEvery = Math.ceil(users / 10);

announceSteps(4);
tellProgress('Seeding users', 0);
const emulator = await startEmulator();
try {
  const emails = Array.from({ length: users }, (_, index) => `user${index}@example.com`);
  await emulator.seed(emails.map((email) => ({ email })));

  tellProgress('Iterating with only fetch', 0);
  await walkByHand(); // Only warms up the server. This run is not measured.
  const plain = await measure(walkByHand);
  tellProgress('Iterating with the client', 0);
  const heap: number[] = [];
  const ours = await measure(() => walk((count) => void (count % heapEvery === 0 && heap.push(readHeap()))));
  // The same pages without a server, to measure only the client and JSON parsing.
  tellProgress('Iterating without a server', 0);
  const pages = await recordPages();
  const alone = await measure(() =>
    walk(
      () => {},
      async () => new Response(pages.next().value),
    ),
  );
  const megabytes = heap.map((bytes) => bytes / 2 ** 20);
  reportSection({
    title: 'Iterating over users',
    text: [
      `${formatNumber(users)} users of the emulator in pages of ${limit}. While the client iterated, the heap in use was between ${formatNumber(Math.min(...megabytes))} and ${formatNumber(Math.max(...megabytes))} MiB, measured ten times and including the emulator. The client keeps nothing of a page that has been read.`,
    ],
    tables: [
      {
        title: `Iterating over ${formatNumber(users)} users`,
        columns: ['', 'users per second'],
        rows: [
          ['only `fetch` and JSON', rate(plain)],
          ['`for await` over `users.list()`', rate(ours)],
          ['the client without a server', rate(alone)],
        ],
      },
    ],
  });
} finally {
  await emulator.stop();
}

async function walk(onUser: (count: number) => void, fetch?: typeof globalThis.fetch): Promise<void> {
  const client = createToriiClient({ secretKey: emulator.secretKey, apiUrl: emulator.apiUrl, fetch });
  let count = 0;
  for await (const _user of client.users.list({ limit })) onUser(++count);
  if (count !== users) throw new Error(`Iterated over ${count} users instead of ${users}.`);
}

async function walkByHand(): Promise<void> {
  for (let cursor = ''; ; ) {
    const page = JSON.parse(await fetchPage(cursor));
    if (!page.hasMore) return;
    cursor = page.nextCursor;
  }
}

async function recordPages(): Promise<Iterator<string, string>> {
  const pages: string[] = [];
  for (let cursor = ''; ; ) {
    const text = await fetchPage(cursor);
    pages.push(text);
    const page = JSON.parse(text);
    if (!page.hasMore) return pages.values() as Iterator<string, string>;
    cursor = page.nextCursor;
  }
}

async function fetchPage(cursor: string): Promise<string> {
  const query = `?limit=${limit}${cursor && `&cursor=${cursor}`}`;
  const response = await fetch(`${emulator.apiUrl}/api/server/v1/users/search${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${emulator.secretKey}`, 'content-type': 'application/json' },
    body: '{}',
  });
  return response.text();
}

async function measure(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function rate(ms: number): string {
  return formatNumber((users / ms) * 1000);
}

function readHeap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
