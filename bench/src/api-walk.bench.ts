// 100,000 users, page by page: how fast, in how much memory, and how much of the time is the client's own.
import { createToriiClient } from '@torii/api';
import { startEmulator } from '@torii/emulator';

const users = Number(process.env['BENCH_USERS'] ?? 100_000);
const limit = 100;

const emulator = await startEmulator();
try {
  const emails = Array.from({ length: users }, (_, index) => `user${index}@example.com`);
  await emulator.seed(emails.map((email) => ({ email })));
  console.log(`${users} users in pages of ${limit}:`);

  // Once unmeasured: whoever walks first pays for the server's warming up.
  await walkByHand();
  const plain = await measure(walkByHand);
  const heap: number[] = [];
  const ours = await measure(() => walk((count) => void (count % 10_000 === 0 && heap.push(readHeap()))));
  console.log(`  fetch and JSON alone  ${rate(plain)}`);
  console.log(`  users.iterate()       ${rate(ours)}`);
  console.log(
    `  heap in use           ${heap.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(', ')} MiB, every 10,000 users`,
  );

  // The same pages without a server: what is left is the client, and reading its JSON.
  const pages = await recordPages();
  const alone = await measure(() =>
    walk(
      () => {},
      async () => new Response(pages.next().value),
    ),
  );
  console.log(`  the client alone      ${rate(alone)}, ${((alone / ours) * 100).toFixed(0)} % of the time above`);
} finally {
  await emulator.stop();
}

async function walk(onUser: (count: number) => void, fetch?: typeof globalThis.fetch): Promise<void> {
  const torii = createToriiClient({ secretKey: emulator.secretKey, apiUrl: emulator.apiUrl, fetch });
  let count = 0;
  for await (const _user of torii.users.iterate({ limit })) onUser(++count);
  if (count !== users) throw new Error(`${count} users came instead of ${users}.`);
}

/** The least that a program without a client would do. */
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
  return `${Math.round((users / ms) * 1000).toLocaleString('en')} users a second`;
}

function readHeap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
