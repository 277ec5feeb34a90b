import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('[40] the demo shows how a ban at Torii closes the socket of the user', async () => {
  const demo = spawn(process.execPath, ['--conditions=@torii/source', join(import.meta.dirname, '../src/demo.ts')]);
  let output = '';
  for (const stream of [demo.stdout, demo.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = await once(demo, 'close');
  expect(output.split('\n').map((line) => line.replace(/\d+/g, 'N'))).toEqual([
    'The chat listens on ws://N.N.N.N:N/chat',
    expect.stringMatching(/^(Ada|Bob) hears: Hello, Bob\.$/),
    expect.stringMatching(/^(Ada|Bob) hears: Hello, Bob\.$/),
    'Ada is signed out: token_revoked',
    'Ada was banned, and her socket closed, within N ms.',
    'Bob hears: Ada?',
    'Bob is gone',
    '',
  ]);
  expect(code).toBe(0);
});
