// A local registry with all packages of this repository, published as a release publishes them. Other packages come from
// the registry that npm is configured to use.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { installApp, run, writeFileAt } from './packed-app.ts';
import { repository } from './workspace.ts';

const verdaccio = '6.10.4';

export interface LocalRegistry extends AsyncDisposable {
  readonly url: string;
  /** Makes npm, pnpm, yarn 1 and yarn 4 use this registry, and keep what they download out of the user's caches. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The registry that npm is configured to use. */
export function configuredRegistry(): string {
  return run(repository, 'npm', 'config', 'get', 'registry').trim();
}

/** Asks a registry for a package. Returns what to do if it does not answer. */
export function describeUnreachable(registry: string): string | undefined {
  try {
    run(repository, 'npm', 'view', `verdaccio@${verdaccio}`, 'version', '--registry', registry, '--fetch-retries=0');
    return undefined;
  } catch (error) {
    return (
      `needs a registry to install third-party packages from, and ${registry} does not answer. ` +
      `Connect to the network, or set npm's registry: npm config set registry URL\n${error}`
    );
  }
}

/** Starts the registry in a folder, and publishes all packages to it with the versions of their manifests. */
export async function startLocalRegistry(folder: string): Promise<LocalRegistry> {
  // The dependency verdaccio-audit asks for the tag `cjs`, which mirrors of the registry may lack.
  installApp(folder, new Map(), [], { verdaccio }, { 'node-fetch': '2.7.0' });
  writeFileAt(join(folder, 'config.yaml'), JSON.stringify(configure(folder)));
  writeFileAt(join(folder, 'start.mjs'), startProgram);

  const child = spawn(process.execPath, ['start.mjs'], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const lines = createInterface(child.stdout);
  const url = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    closed.then(([code]) => Promise.reject(new Error(`The registry ended with ${code} before it was ready.`))),
  ]);
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  try {
    publishPackages(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, environment: environmentFor(folder, url), [Symbol.asyncDispose]: stop };
}

/** JSON is YAML too. */
function configure(folder: string): object {
  return {
    storage: join(folder, 'storage'),
    uplinks: { npm: { url: configuredRegistry(), cache: false, maxage: '1h' } },
    packages: {
      '@torii/*': { access: '$all', publish: '$all' },
      '**': { access: '$all', proxy: 'npm' },
    },
    web: { enable: false },
    log: { type: 'stdout', format: 'json', level: 'fatal' },
  };
}

const startProgram = `
import { runServer } from 'verdaccio';
const server = await runServer('./config.yaml');
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port + '/'));
// Ends with the process that started it, even if that was killed.
process.stdin.on('end', () => process.exit()).resume();
`;

/** Publishes as `npm run release:publish` does. The local registry accepts any token, but npm requires one. */
function publishPackages(url: string): void {
  const settings = [`npm_config_registry=${url}`, 'NPM_TOKEN=anyone'];
  run(repository, 'env', ...settings, process.execPath, 'scripts/release/publish.ts');
}

function environmentFor(folder: string, url: string): Readonly<Record<string, string>> {
  const cache = join(folder, 'cache');
  const settings = join(folder, 'npmrc');
  writeFileAt(settings, `registry=${url}\n`);
  return {
    npm_config_registry: url,
    npm_config_userconfig: settings,
    npm_config_cache: join(cache, 'npm'),
    npm_config_yes: 'true',
    pnpm_config_registry: url,
    pnpm_config_cache_dir: join(cache, 'pnpm'),
    YARN_REGISTRY: url,
    YARN_CACHE_FOLDER: join(cache, 'yarn'),
    YARN_NPM_REGISTRY_SERVER: url.replace(/\/$/, ''),
    YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
    YARN_GLOBAL_FOLDER: join(cache, 'yarn-global'),
    YARN_ENABLE_TELEMETRY: '0',
    // By default, yarn 4 installs no version that is less than a day old.
    YARN_NPM_MINIMAL_AGE_GATE: '0',
  };
}
