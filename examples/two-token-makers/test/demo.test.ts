import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the demo takes a user through the steps', async () => {
  const program = join(import.meta.dirname, '../src/demo.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@torii/source', program]);
  expect(stdout.trim().split('\n')).toEqual([
    'step observe: a token of provider gets 200',
    'step observe: a token of torii gets 401',
    'step both: a token of provider gets 200',
    'step both: a token of torii gets 200',
    'step torii: a token of provider gets 401',
    'step torii: a token of torii gets 200',
  ]);
});
