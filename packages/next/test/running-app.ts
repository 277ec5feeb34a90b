import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtApp, configOf, nextProgram, standaloneServer, type Variant } from './apps.ts';
import { freePort, startNext } from './next-server.ts';

/** Long enough to wait for the builds of other tests. */
export const buildLimitMs = 900_000;

/** Whether the matrix is running, which tries each attack at each path. `npm test` tries it at one path of each kind. */
export const isThorough: boolean = process.env['TEST_SUITE'] === 'matrix';

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
  const server = await startNext(folder, args, {
    // For a standalone server.
    PORT: String(port),
    HOSTNAME: '127.0.0.1',
    TORII_ISSUER: issuer,
    APP_ORIGIN: `http://127.0.0.1:${port}`,
    TORII_OPTIONS: options === null ? '' : JSON.stringify({ publicPaths: ['/welcome'], ...options }),
    OWN_FETCH: ownFetch ? 'yes' : '',
    VISITS_FILE: watched ? visits : '',
    ...environment,
  });
  const url = `http://127.0.0.1:${port}`;
  const pathOf = (path: string) => {
    const [pathname = ''] = path.split('?', 1);
    const isFile = /^\/_next\/|\.[^/]*$/.test(pathname) || pathname.endsWith('/');
    const slash = trailingSlash && !isFile ? '/' : '';
    if (pathname === '/' && basePath !== '') return basePath + (trailingSlash ? '/' : '') + path.slice(1);
    return basePath + pathname + slash + path.slice(pathname.length);
  };
  // The first request loads the server's code, which can take longer than the timeout for fetching keys.
  await fetch(url + pathOf('/'), { redirect: 'manual' });
  writeFileSync(visits, '');
  return {
    url,
    port,
    folder,
    pathOf,
    output: server.output,
    takeVisits() {
      const names = readFileSync(visits, 'utf8').split('\n').filter(Boolean);
      writeFileSync(visits, '');
      return names;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}
