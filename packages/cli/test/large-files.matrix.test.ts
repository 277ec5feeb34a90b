import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { environmentOf, patience, runCommand, startCommand, temporaryFolder } from './command.ts';

const count = 100_000;
let torii: Emulator;
let environment: Readonly<Record<string, string>>;
beforeAll(async () => {
  torii = await startEmulator();
  // Half of the users would need 75 MB of memory, so an export that keeps them fails at 64 MB. The small young generation
  // keeps V8 from collecting garbage all the time so close to the limit.
  environment = { ...environmentOf(torii), NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=1' };
  const address = 'x'.repeat(1000);
  await torii.seed(
    Array.from({ length: count }, (_, index) => ({
      email: `user${index}@example.com`,
      name: `User ${index}`,
      address,
    })),
  );
});
afterAll(() => torii.stop());

test('exports 100,000 users in constant memory, killed in the middle, without missing or repeated users', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'users.ndjson');
  for (const least of [1_000, 50_000]) {
    const command = startCommand(['users', 'export', 'users.ndjson'], { environment, folder });
    await vi.waitFor(() => expect(savedIn(file)).toBeGreaterThan(least), patience);
    command.kill('SIGKILL');
    expect((await command.ended).code).toBe('SIGKILL');
  }
  const { code, stderr } = await runCommand(['users', 'export', 'users.ndjson'], { environment, folder });
  expect([code, stderr]).toEqual([0, expect.stringMatching(/\b100000 users\b.*users\.ndjson/)]);

  let expected = count;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    expected--;
    // One comparison shows that the newest is first, none is missing and none is repeated.
    if ((JSON.parse(line) as { email: string }).email !== `user${expected}@example.com`) expect.fail(line);
  }
  expect(expected).toBe(0);
});

test('imports 200,000 lines in constant memory', async () => {
  const folder = temporaryFolder();
  const row = (index: number) => `user${index}@example.com,"User, ${index}",${'x'.repeat(300)}\n`;
  const rows = Array.from({ length: 200_000 }, (_, index) => row(index)).join('');
  writeFileSync(join(folder, 'users.csv'), `email,name,address\n${rows}`);
  const flat = { ...environmentOf(torii), NODE_OPTIONS: '--max-old-space-size=48 --max-semi-space-size=1' };
  const ended = await runCommand(['users', 'import', 'users.csv', '--dry-run'], { environment: flat, folder });
  expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/\b200000 valid\b.*\n$/) });
});

test.runIf(process.platform === 'linux')(
  'says on a full disk what is saved, and goes on when there is room',
  async (context) => {
    const folder = join(temporaryFolder(), 'small');
    mkdirSync(folder);
    mount(context, folder, '400k');
    const args = ['users', 'export', 'users.ndjson', '--email', 'user99'];
    const full = await runCommand(args, { environment, folder });
    expect([full.code, full.stderr]).toEqual([
      1,
      expect.stringMatching(/^torii: .*disk.*\b\d{3} users\b.*users\.ndjson.*\n$/),
    ]);
    execFileSync('mount', ['-o', 'remount,size=4m', folder]);
    expect(await runCommand(args, { environment, folder })).toMatchObject({ code: 0 });
    const lines = readFileSync(join(folder, 'users.ndjson'), 'utf8').trimEnd().split('\n');
    const emails = new Set(lines.map((line) => (JSON.parse(line) as { email: string }).email));
    // user99, user990 to user999, user9900 to user9999, user99000 to user99999.
    expect([lines.length, emails.size]).toEqual([1111, 1111]);
  },
);

function savedIn(file: string): number {
  return existsSync(`${file}.torii-export`) ? JSON.parse(readFileSync(`${file}.torii-export`, 'utf8')).users : 0;
}

/** Mounts a disk of the given size until the end of the test. */
function mount({ skip }: { skip(reason: string): never }, folder: string, size: string): void {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    skip('needs the right to mount a small disk');
  }
  onTestFinished(() => void execFileSync('umount', [folder]));
}
