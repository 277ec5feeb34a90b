import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = join(import.meta.dirname, 'client-props.ts');

test('an Auth, its parts and results can be given to a client component without a warning of React', async () => {
  const conditions = ['--conditions=react-server', '--conditions=@torii/source'];
  const { stdout } = await promisify(execFile)(process.execPath, [...conditions, program], {
    env: { ...process.env, NODE_ENV: 'development' },
  });
  const { 'a class': control, ...results }: Readonly<Record<string, { payload: string; warnings: string[] }>> =
    JSON.parse(stdout);
  // Proves that React warns.
  expect(control?.warnings).toHaveLength(1);
  expect(Object.keys(results)).toHaveLength(10);
  for (const [name, { warnings }] of Object.entries(results)) expect([name, warnings]).toEqual([name, []]);
  expect(results['an Auth']?.payload).toContain('"userId":"ada"');
});
