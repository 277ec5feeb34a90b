import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Emulator, startEmulator } from '@torii/emulator';
import getPort from 'get-port';

/** The emulator, and the app that uses it. */
export interface Cast extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly app: string;
}

export const ada = { email: 'ada@example.com', password: 'correct horse battery' };

const folder = fileURLToPath(new URL('..', import.meta.url));

export async function startCast(): Promise<Cast> {
  build();
  await using ending = new AsyncDisposableStack();
  const port = await getPort({ host: '127.0.0.1' });
  const app = `http://127.0.0.1:${port}`;
  const emulator = ending.use(await startEmulator({ allowedOrigins: [app] }));
  const { id: userId } = await emulator.createUser(ada);
  await emulator.createOrganization({ name: 'Acme', members: [{ userId, role: 'org:administrator' }] });
  await emulator.createOrganization({ name: 'Globex', members: [{ userId, role: 'org:member' }] });

  const program = `${folder}node_modules/next/dist/bin/next`;
  const child = spawn(process.execPath, [program, 'start', '--hostname', '127.0.0.1', '--port', String(port)], {
    cwd: folder,
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

/** Turbo skips the build if nothing has changed. */
function build(): void {
  const args = ['run', 'build', '--filter=@torii/example-next', '--output-logs=errors-only'];
  const { status, stdout, stderr } = spawnSync('turbo', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`next build failed:\n${stdout}${stderr}`);
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
