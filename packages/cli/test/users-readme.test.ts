import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createToriiClient } from '@torii/api';
import { startEmulator } from '@torii/emulator';
import { expect, test } from 'vitest';
import { cleanEnvironment, environmentOf, nodeArguments, temporaryFolder } from './command.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The shell commands of a section of the README. */
function commandsOf(title: string): string {
  const section = readme.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block).join('');
}

const sections = [
  'Users and sessions',
  'Metadata',
  'Organizations',
  'Invitations',
  'Sign in as a user',
  'Allowed origins',
  'Export and import',
];

test('the examples of the README work', async () => {
  const torii = await startEmulator();
  try {
    await torii.seed([
      { email: 'ada@example.com', firstName: 'Ada', locale: 'da' },
      { email: 'dee@example.com' },
      { email: 'eve@example.com' },
    ]);
    const { id: userId } = await createToriiClient({ secretKey: torii.secretKey, apiUrl: torii.apiUrl })
      .users.list({ email: 'ada@' })
      .then(({ items: [ada] }) => ada ?? expect.fail());
    const organization = await torii.createOrganization({ name: 'Acme', members: [{ userId }] });
    const folder = temporaryFolder();
    const program = [process.execPath, ...nodeArguments([], {})].map((part) => `'${part}'`).join(' ');
    writeFileSync(join(folder, 'torii'), `#!/bin/sh\nexec ${program} "$@"\n`);
    chmodSync(join(folder, 'torii'), 0o755);
    const script = sections
      .map(commandsOf)
      .join('')
      .replaceAll('01931a75-0000-7000-8000-000000000000', organization.id);
    expect(script.match(/^torii (users|sessions|organizations|invitations|origins) /gm)?.length).toBeGreaterThan(30);

    const shell = spawn('sh', ['-ex'], {
      cwd: folder,
      env: { ...cleanEnvironment({ environment: environmentOf(torii) }), PATH: `${folder}:${process.env['PATH']}` },
    });
    let output = '';
    for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (data) => (output += data));
    shell.stdin.end(script);
    const [code] = await once(shell, 'close');
    expect([code, output]).toEqual([0, expect.not.stringContaining('torii:')]);
    expect(output).toContain('Ada Lovelace');
    expect(torii.allowedOrigins).toEqual(['https://app.example.com', 'capacitor://localhost']);
    expect(existsSync(join(folder, 'users.csv.gz'))).toBe(true);
  } finally {
    await torii.stop();
  }
});
