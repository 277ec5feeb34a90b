import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createVerifier } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

test('health checks need no token, and SIGTERM ends the process after the open requests', async () => {
  const file = fileURLToPath(new URL('../src/containers.ts', import.meta.url));
  const env = { ...process.env, TORII_ISSUER: emulator.issuer, PORT: '0' };
  const child = spawn(process.execPath, ['--conditions=@torii/source', file], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const url = `http://127.0.0.1:${/"port":(\d+)/.exec(line)?.[1]}`;

    emulator.fail('keys'); // health does not depend on the issuer
    expect((await fetch(`${url}/health`)).status).toBe(200);
    emulator.recover();

    emulator.delay('keys', 1000);
    const headers = {
      Authorization: `Bearer ${await emulator.token({ userId: 'ada' })}`,
      Connection: 'close', // Node closes others after five seconds.
    };
    const answer = fetch(`${url}/me`, { headers });
    await expect.poll(() => emulator.requests.keys).toBe(1);
    child.kill('SIGTERM');
    expect(await (await answer).json()).toEqual({ userId: 'ada' });
    expect(await ended).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});

test('an issuer with the quotes of an env file is refused at the start', () => {
  expect(() => createVerifier({ issuer: '"https://acme.torii.so"' })).toThrow(
    'begins or ends with white space, a quote',
  );
});
