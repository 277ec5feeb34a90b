import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { issuer, makeKey, mint } from '../mint.ts';

const run = promisify(execFile);

test('importing the package loads no cryptography, and neither does creating a verifier', async () => {
  const key = await makeKey();
  const [options, token] = [JSON.stringify({ issuer, keys: { keys: [key.publicJwk] } }), await mint(key)];
  const program = `
    const crypto = () => process.moduleLoadList.filter((name) => name.includes('crypto')).length;
    const counts = [crypto()];
    const { createVerifier } = await import('@torii/core');
    for (const entry of ['adapter', 'internal', 'webhooks', 'jwt']) await import('@torii/core/' + entry);
    const verifier = createVerifier(${options});
    counts.push(crypto());
    const { userId } = await verifier.verify('${token}');
    counts.push(crypto());
    console.log(JSON.stringify({ userId, counts }));
  `;
  const args = ['--conditions=@torii/source', '--input-type=module', '--eval', program];
  const { stdout } = await run(process.execPath, args, { cwd: import.meta.dirname });
  const { userId, counts } = JSON.parse(stdout);
  expect(userId).toBe('user_1');
  expect(counts.slice(0, 2)).toEqual([0, 0]);
  expect(counts[2]).toBeGreaterThan(0);
});
