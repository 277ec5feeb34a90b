import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { Part, ProductOptions } from './product.ts';

/** A change of one line or two in a source file. `from` must occur exactly once. */
export interface PlantedChange {
  /** The path of the file from the root of the repository, such as `packages/core/src/token/verify.ts`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const entries: Readonly<Record<Part, string>> = {
  core: '@torii/core',
  webhooks: '@torii/core/webhooks',
  memoryStore: './packages/core/src/webhooks/memory-store.ts',
  authz: '@torii/authz',
  api: '@torii/api',
  streams: '@torii/streams',
  revocation: '@torii/revocation',
  redis: '@torii/revocation/redis',
  nats: '@torii/revocation/nats',
  nextProxy: '@torii/next/proxy',
  nextRenewal: '@torii/next/renewal',
  templateTokens: './packages/next/src/server/get-token/template-tokens.ts',
};

/** Pure functions that are slow to load: not copied into each process. */
const sharedLibraries = ['re2js'];

/** The client library of NATS, which the simulation replaces. */
export const natsLibrary = '@nats-io/kv';

const seam = 'packages/core/src/platform.ts';
/** The functions of `platform.ts`. The simulation passes them in as one object. */
const seamSource = `export const {
  wallMs, steadyMs, startTimer, stopTimer, startBackupTimer, nextTurn, afterMicrotasks, random, randomId, platformFetch,
} = platform;`;

/** The sources of the product as one script that assigns a variable `product`. */
export async function bundle({ parts, root, changes = [], ambient = false }: ProductOptions): Promise<string> {
  const pending = new Set(changes);
  const lines = parts.map((part) => `export * as ${part} from '${entries[part]}';`);
  const { outputFiles } = await build({
    stdin: { contents: lines.join('\n'), resolveDir: root },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'product',
    platform: 'node',
    target: 'esnext',
    conditions: ['@torii/source', 'module'],
    external: [...sharedLibraries, natsLibrary],
    // The product's own dependencies, such as jose. A checkout of an older commit has none installed.
    nodePaths: ['authz', 'streams', 'core', 'revocation'].map((name) =>
      join(repository, 'packages', name, 'node_modules'),
    ),
    logLevel: 'error',
    plugins: [ownPackages(root), nextServer, sources(root, pending, ambient)],
  });
  const [missing] = pending;
  if (missing !== undefined) throw new Error(`The product does not contain ${missing.file}.`);
  return outputFiles[0]?.text ?? '';
}

/** The root of this repository. */
export const repository: string = join(import.meta.dirname, '..', '..', '..');

/** Finds `@torii/…` in `root`, through the condition that names the sources. */
function ownPackages(root: string): Plugin {
  return {
    name: 'own-packages',
    setup(to) {
      to.onResolve({ filter: /^@torii\// }, ({ path }) => {
        const [, name = '', ...rest] = path.split('/');
        const folder = join(root, 'packages', name);
        const manifest: unknown = createRequire(import.meta.url)(join(folder, 'package.json'));
        const { exports } = manifest as { exports: Readonly<Record<string, Readonly<Record<string, string>>>> };
        const file = exports[['.', ...rest].join('/')]?.['@torii/source'];
        if (file === undefined) throw new Error(`${path} is not an entry of packages/${name}.`);
        return { path: join(folder, file) };
      });
    },
  };
}

// Next's own classes need Node's modules and its server.
const nextServer: Plugin = {
  name: 'next-server',
  setup(to) {
    to.onResolve({ filter: /^next\/server\.js$/ }, () => ({ path: join(import.meta.dirname, 'next-server.ts') }));
  },
};

function sources(root: string, pending: Set<PlantedChange>, ambient: boolean): Plugin {
  return {
    name: 'sources',
    setup(to) {
      to.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = relative(root, path).split(sep).join('/');
        if (file === seam && !ambient) return { contents: seamSource, loader: 'js' };
        let contents = readFileSync(path, 'utf8');
        for (const change of [...pending].filter((each) => each.file === file)) {
          contents = applied(change, contents);
          pending.delete(change);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
}

/** @throws Error if `from` does not occur exactly once */
export function applied({ file, from, to }: PlantedChange, contents: string): string {
  const parts = contents.split(from);
  if (parts.length !== 2) throw new Error(`${file} contains ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}
