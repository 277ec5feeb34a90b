import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { builtApp, configOf, nextProgram, standaloneServer, type Variant } from './apps.ts';

/** Long enough to wait for the builds of other tests. */
export const buildLimitMs = 900_000;

/** A fixture app that `next start` serves. */
export interface RunningApp extends AsyncDisposable {
  readonly port: number;
  /** The app's origin. */
  readonly url: string;
  /** The folder that it was built in. */
  readonly folder: string;
  /** The path that browsers use for a path of the app's code: with Next's `basePath`, and with a slash if `trailingSlash` is on. */
  pathOf(path: string): string;
  /** The output of the server so far. */
  output(): string;
  /** The names that the app passed to `visit` since the last call. */
  takeVisits(): readonly string[];
}

export interface AppOptions {
  readonly issuer: string;
  /** Options of `createToriiNext` in addition to the README's. By default the fixture's public paths; none with `null`. */
  readonly options?: object | null;
  /** Whether the app passes its own `fetch`. */
  readonly ownFetch?: boolean;
  /** More environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** From `freePort`. A new one by default. */
  readonly port?: number;
  /** Whether visits are recorded. Benchmarks turn it off. */
  readonly watched?: boolean;
}

/** Starts a variant, and builds it first if necessary. */
export async function startApp(
  variant: Variant,
  { issuer, options = {}, ownFetch = false, environment = {}, port: givenPort, watched = true }: AppOptions,
): Promise<RunningApp> {
  const folder = await builtApp(variant);
  const scratch = mkdtempSync(join(tmpdir(), 'torii-next-'));
  const visits = join(scratch, 'visits');
  writeFileSync(visits, '');
  const port = givenPort ?? (await freePort());
  const { basePath = '', trailingSlash = false, output: kind } = configOf(variant);
  const args =
    kind === 'standalone'
      ? [standaloneServer(folder)]
      : [nextProgram(folder), 'start', '--port', String(port), '--hostname', '127.0.0.1'];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      // For a standalone server.
      PORT: String(port),
      HOSTNAME: '127.0.0.1',
      TORII_ISSUER: issuer,
      APP_ORIGIN: `http://127.0.0.1:${port}`,
      TORII_OPTIONS: options === null ? '' : JSON.stringify({ publicPaths: ['/welcome'], ...options }),
      OWN_FETCH: ownFetch ? 'yes' : '',
      VISITS_FILE: watched ? visits : '',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = listenTo(child);
  await untilReady(child, output);
  const url = `http://127.0.0.1:${port}`;
  const pathOf = (path: string) => {
    const [pathname = '', query] = path.split(/(?=\?)/);
    const isFile = /^\/_next\/|\.[^/]*$/.test(pathname) || pathname.endsWith('/');
    return `${basePath}${pathname}${trailingSlash && !isFile ? '/' : ''}${query ?? ''}`;
  };
  // The first request loads the server's code, which can take longer than the timeout for fetching keys.
  await fetch(url + pathOf('/'), { redirect: 'manual' });
  writeFileSync(visits, '');
  return {
    url,
    port,
    folder,
    pathOf,
    output,
    takeVisits() {
      const names = readFileSync(visits, 'utf8').split('\n').filter(Boolean);
      writeFileSync(visits, '');
      return names;
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      if (child.kill('SIGKILL')) await ended;
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** Chosen before the app starts, because `APP_ORIGIN` contains the port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A server on a port has an address.');
  return address.port;
}

function listenTo(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return () => output;
}

async function untilReady(child: ChildProcess, output: () => string): Promise<void> {
  while (!output().includes('Ready in')) {
    if (child.exitCode !== null)
      throw new Error(`next start exited with code ${child.exitCode} before it was ready:\n${output()}`);
    await sleep(20);
  }
}
