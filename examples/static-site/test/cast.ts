import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Emulator, startEmulator } from '@torii/emulator';
import getPort from 'get-port';

/** An issuer, an API and the page, each on its own origin. */
export interface Cast extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly api: string;
  readonly page: string;
}

export const ada = { email: 'ada@example.com', password: 'correct horse battery' };

export async function startCast(): Promise<Cast> {
  await using ending = new AsyncDisposableStack();
  // Choose the page's port first: the issuer and the API need its origin when they start.
  const port = await getPort({ host: '127.0.0.1' });
  const page = `http://127.0.0.1:${port}`;
  const emulator = ending.use(await startEmulator({ allowedOrigins: [page] }));
  await emulator.createUser(ada);

  const api = await start('koa', { TORII_ISSUER: emulator.issuer, WEB_ORIGIN: page, PORT: '0' });
  ending.defer(() => stop(api.child));
  const site = await start('static-site', { TORII_ISSUER: emulator.issuer, API_URL: api.url, PORT: String(port) });
  ending.defer(() => stop(site.child));

  const all = ending.move();
  return { emulator, api: api.url, page, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function start(example: string, environment: Readonly<Record<string, string>>) {
  const file = fileURLToPath(new URL(`../../${example}/src/server.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@torii/source', file], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (url !== undefined) return { child, url };
  }
  throw new Error(`The example ${example} exited before it printed its URL. See its output above.`);
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  if (child.kill('SIGKILL')) await ended;
}
