import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('importing the package loads no cryptography', async () => {
  const program = `
    const crypto = () => process.moduleLoadList.filter((name) => name.includes('crypto')).length;
    await import('@torii/revocation');
    const before = crypto();
    process.getBuiltinModule('node:crypto');
    console.log(JSON.stringify([before, crypto() > 0]));
  `;
  const args = ['--conditions=@torii/source', '--input-type=module', '--eval', program];
  const { stdout } = await run(process.execPath, args, { cwd: import.meta.dirname });
  expect(JSON.parse(stdout)).toEqual([0, true]);
});
