// What `next dev` says in its log about an app that lacks something.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startEmulator } from '@torii/emulator';
import { expect, onTestFinished, test } from 'vitest';
import { builtApp, nextProgram } from './apps.ts';
import { edit, fontResponses } from './created-project.ts';
import { freePort } from './next-server.ts';
import { send } from './raw.ts';
import { buildLimitMs } from './running-app.ts';

async function develop(folder: string, port: number, issuer: string): Promise<() => string> {
  const child: ChildProcess = spawn(process.execPath, [nextProgram(folder), 'dev', '--port', String(port)], {
    cwd: folder,
    env: {
      ...process.env,
      NODE_ENV: 'development',
      NEXT_TELEMETRY_DISABLED: '1',
      NEXT_FONT_GOOGLE_MOCKED_RESPONSES: fontResponses,
      TORII_ISSUER: issuer,
      APP_ORIGIN: `http://localhost:${port}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    if (child.kill('SIGTERM')) await ended;
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await expect.poll(() => output, { timeout: buildLimitMs }).toContain('Ready in');
  return () => output;
}

const hints = (output: string) => output.split('\n').filter((line) => line.includes('[torii]'));

test('says once each that the token route, an origin and a path in the matcher are missing', {
  timeout: buildLimitMs,
}, async () => {
  const built = await builtApp('Next 16, proxy.ts');
  const folder = `${built}.dev`;
  cpSync(built, folder, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.next') });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  rmSync(join(folder, 'app', 'api', 'torii'), { recursive: true });
  edit(join(folder, 'proxy.ts'), "'/((?!", "'/((?!api/|");
  await using emulator = await startEmulator();
  const port = await freePort();
  const output = await develop(folder, port, emulator.issuer);
  const url = `http://127.0.0.1:${port}`;
  for (let n = 0; n < 2; n += 1) {
    const page = ['Accept', 'text/html'] as const;
    await send(url, '/notes', { headers: [page, ['Host', `localhost:${port}`]] });
    await send(url, '/notes', { headers: [page, ['Host', `127.0.0.1:${port}`]] });
    await send(url, '/api/me', { headers: [['Host', `localhost:${port}`]] });
    await send(url, '/notes', { method: 'POST', headers: [['Origin', 'http://evil.test']] });
  }
  const expected = [`'http://127.0.0.1:${port}'`, '/api/me', 'app/api/torii/token/route.ts'];
  await expect.poll(() => hints(output()).length, { timeout: buildLimitMs }).toBe(expected.length);
  for (const text of expected) expect(hints(output())).toContainEqual(expect.stringContaining(text));
  expect(output()).not.toContain('evil.test');
});
