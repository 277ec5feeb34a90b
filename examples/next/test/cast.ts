import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Emulator, startEmulator } from '@torii/emulator';
import getPort from 'get-port';
import { buildNextExample, nextExample } from '../../../scripts/next-example.ts';

/** The emulator, and the app that uses it. */
export interface Cast extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly app: string;
}

export const ada = { email: 'ada@example.com', password: 'correct horse battery' };

export const bob = { email: 'bob@example.com', password: 'another long password' };

export async function startCast(): Promise<Cast> {
  const problem = await buildNextExample();
  if (problem !== undefined) throw new Error(`next build failed:\n${problem}`);
  await using ending = new AsyncDisposableStack();
  const port = await getPort({ host: '127.0.0.1' });
  const app = `http://127.0.0.1:${port}`;
  const emulator = ending.use(await startEmulator({ allowedOrigins: [app] }));
  const { id: userId } = await emulator.createUser(ada);
  await emulator.createUser(bob);
  await emulator.createOrganization({ name: 'Acme', members: [{ userId, role: 'org:administrator' }] });
  await emulator.createOrganization({ name: 'Globex', members: [{ userId, role: 'org:member' }] });

  const program = `${nextExample}/node_modules/next/dist/bin/next`;
  const child = spawn(process.execPath, [program, 'start', '--hostname', '127.0.0.1', '--port', String(port)], {
    cwd: nextExample,
    env: { ...process.env, NODE_ENV: 'production', TORII_ISSUER: emulator.issuer, APP_ORIGIN: app },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  ending.defer(() => stop(child));
  while (!(await answers(app))) {
    if (child.exitCode !== null) throw new Error('The app exited before it responded. Its output is above.');
    await sleep(50);
  }
  const all = ending.move();
  return { emulator, app, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(2000) });
    return true;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  // On SIGTERM, Next's server would wait for every open connection, including idle ones of the browser.
  if (child.kill('SIGKILL')) await ended;
}
