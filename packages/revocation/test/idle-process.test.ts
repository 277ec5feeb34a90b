import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

function run(code: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const source = join(import.meta.dirname, '../src/index.ts');
  const imports = `import { createRevocations, memoryFeed, pollFeed } from ${JSON.stringify(source)};
    const options = { issuer: 'https://acme.torii.test', environmentId: 'env_1' };`;
  const args = ['--conditions=@torii/source', '--input-type=module', '--experimental-strip-types', '--no-warnings'];
  return spawnSync(process.execPath, [...args, '-e', imports + code], { encoding: 'utf8' });
}

test('revocations do not keep a process alive', () => {
  const { status, stdout, stderr } = run(`
    const read = async () => [];
    const all = [memoryFeed(), pollFeed({ read })].map((feed) => createRevocations({ ...options, feed }));
    await Promise.all(all.map((each) => each.ready()));
    console.log(all.map((each) => each.health().status).join());`);
  expect([status, stdout.trim(), stderr]).toEqual([0, 'current,current', '']);
});

test('[38] a process that waits for ready stays alive while the store is down, and failures do not end it', () => {
  const { status, stdout, stderr } = run(`
    let reads = 0;
    const read = async () => {
      reads += 1;
      if (reads < 3) throw new Error('down');
      return [];
    };
    const write = async () => { throw new Error('down'); };
    const revocations = createRevocations({ ...options, feed: pollFeed({ read, write, everyMs: 250 }) });
    await revocations.ready();
    const outcome = await revocations.revokeUser('ada').then(() => 'announced', (error) => error.name);
    console.log(reads, outcome);`);
  expect([status, stdout.trim(), stderr]).toEqual([0, '3 ToriiRevocationError', '']);
});
