import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { runCommand, temporaryFolder } from './command.ts';

const home = fileURLToPath(new URL('..', import.meta.url));

/** Installs `torii` without its optional packages. */
function installAlone(): URL {
  const folder = temporaryFolder();
  cpSync(join(home, 'src'), join(folder, 'src'), { recursive: true });
  cpSync(join(home, 'package.json'), join(folder, 'package.json'));
  writeFileSync(join(folder, 'permissions.json'), '{"permissions":{}}');
  const { dependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(home, 'node_modules', name), link);
  }
  return pathToFileURL(join(folder, 'src', 'main.ts'));
}

const place = ['--issuer', 'https://acme.torii.so', '--environment-id', 'env_1'];

test.each([
  [['emulator'], 'npm install --save-dev @torii/cli @torii/emulator'],
  [['rbac', 'lint', 'permissions.json'], 'npm install --save-dev @torii/cli @torii/authz'],
  [
    ['rbac', 'explain', 'permissions.json', 'GET', '/', '--role', 'a'],
    'npm install --save-dev @torii/cli @torii/authz',
  ],
  [
    ['keys', 'publish', '--servers', 'nats://127.0.0.1:9'],
    'npm install --save-dev @torii/cli @nats-io/transport-node @nats-io/kv',
  ],
  [
    ['revocations', 'list', ...place, '--store', 'redis://127.0.0.1:9'],
    'install ioredis or redis. Run in your project: npm install --save-dev @torii/cli ioredis',
  ],
  [
    ['revocations', 'list', ...place, '--store', 'nats://127.0.0.1:9'],
    'npm install --save-dev @torii/cli @nats-io/transport-node @nats-io/kv',
  ],
])('%j says what to install, with 1', async (args, line) => {
  const { code, stdout, stderr } = await runCommand(args, { program: installAlone() });
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(line)]);
  expect(stderr.trimEnd()).not.toContain('\n');
});

test('other commands work without the optional packages', async () => {
  const program = installAlone();
  expect(await runCommand(['secret', '--quiet'], { program })).toMatchObject({ code: 0, stderr: '' });
  expect(await runCommand(['emulator', '--help'], { program })).toMatchObject({ code: 0, stderr: '' });
  const { stdout } = await runCommand(['keys', 'generate'], { program });
  expect(await runCommand(['keys', 'jwks', '-'], { program, input: stdout })).toMatchObject({ code: 0 });
});
