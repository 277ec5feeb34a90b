// Fails on a dependency that the table of packages lacks, an import that the table of folders lacks, an import cycle
// inside a package, and a file called `utils`. What a line of code may not import (node: in core, a development
// dependency, jose outside jwt/) is in biome.json, where editors show it too.
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findCycles, readImportGraph } from './import-graph.ts';
import { listPackages, type Package, repository } from './workspace.ts';

interface Arrows {
  /** What the package may depend on at run time. */
  readonly imports: readonly string[];
  /** What the app brings, and the package therefore may only have as a peer. */
  readonly peers?: readonly string[];
}

/** Who may import whom. Before adding an arrow, ask which side the idea belongs to: CONTRIBUTING.md says why each is here. */
const layers: Readonly<Record<string, Arrows>> = {
  // In jwt/ alone, and only for those who use it: docs/decisions/jwt.md.
  core: { imports: [], peers: ['jose'] },
  api: { imports: ['@torii/core'] },
  // A store is whatever has a Keyv's `getRaw`; the app brings it. Why each: docs/decisions/authz-dependencies.md.
  authz: { imports: ['@torii/core', 're2js'], peers: ['keyv'] },
  // NATS in its `nats` entry alone: docs/decisions/streams.md.
  streams: { imports: ['@torii/core', 'jose'], peers: ['@nats-io/kv', '@nats-io/transport-node'] },
  express: { imports: ['@torii/core'], peers: ['express', '@types/express'] },
  koa: { imports: ['@torii/core'], peers: ['koa', '@types/koa'] },
  next: { imports: ['@torii/core'], peers: ['next', 'react'] },
  // Never core: the witness must not share a mistake with what it tests. Why each library: docs/decisions/emulator-dependencies.md.
  emulator: {
    imports: ['jose', '@hono/node-server', '@node-rs/argon2', 'ajv', 'ajv-formats', 'commander', 'hono', 'uuidv7'],
  },
  // Everything but the adapters. Why each library: docs/decisions/cli-dependencies.md.
  cli: {
    imports: [
      '@torii/core',
      '@torii/api',
      '@torii/streams',
      '@bomb.sh/tab',
      'cli-progress',
      'commander',
      'csv-parse',
      'csv-stringify',
      'p-map',
      'string-width',
      'table',
    ],
    // Each is needed by one command alone, and weighs more than all the rest.
    peers: ['@torii/authz', '@torii/emulator', '@nats-io/kv', '@nats-io/transport-node'],
  },
};

interface FolderTable {
  /** By folder of `src/`: the folders that its files may import. `.` means the files outside of any folder. */
  readonly folders: Readonly<Record<string, readonly string[]>>;
  /** By library: the only folder that may import it. */
  readonly libraries?: Readonly<Record<string, string>>;
}

/** Which folder of a package may import which. A package without folders has no entry. */
const folderTables: Readonly<Record<string, FolderTable>> = {
  core: {
    folders: {
      // The road of a request. It knows neither tokens of other issuers nor webhooks: who wants those imports their entry.
      '.': ['keys', 'options', 'request', 'time', 'token'],
      time: [],
      request: ['.'],
      keys: ['.', 'time'],
      token: ['.', 'keys', 'time'],
      options: ['.', 'keys', 'request', 'token'],
      webhooks: ['.', 'options', 'request', 'time'],
      jwt: ['.', 'keys', 'options', 'token'],
    },
    libraries: { jose: 'jwt' },
  },
  api: { folders: { '.': ['generated'], generated: ['.'] } },
  authz: {
    // A document is compiled without knowing what will be asked of it.
    folders: { '.': ['policy', 'rules'], policy: ['.'], rules: ['.', 'policy'] },
    libraries: { re2js: 'policy' },
  },
  streams: {
    folders: {
      '.': ['keys', 'rotation', 'token'],
      keys: ['.'],
      token: ['.', 'keys'],
      rotation: ['.', 'keys', 'token'],
      nats: ['.', 'keys'],
    },
    libraries: { '@nats-io/kv': 'nats', '@nats-io/transport-node': 'nats' },
  },
  // The folder says on which side of the wire a file runs.
  next: { folders: { '.': ['server'], server: ['.'], browser: ['.'] } },
  emulator: {
    folders: {
      '.': [
        'api',
        'control',
        'dashboard',
        'database',
        'faults',
        'http',
        'pages',
        'program',
        'sessions',
        'tokens',
        'users',
        'webhooks',
      ],
      generated: ['api'],
      database: ['.'],
      http: ['.', 'database'],
      faults: ['.', 'http'],
      tokens: ['.', 'database'],
      users: ['.', 'database', 'generated'],
      sessions: ['.', 'database', 'generated', 'http', 'tokens', 'users'],
      webhooks: ['.', 'database', 'faults', 'sessions', 'users'],
      api: ['.', 'generated', 'http', 'sessions', 'users'],
      pages: ['.', 'faults', 'http', 'sessions'],
      control: ['.', 'database', 'faults', 'http', 'webhooks'],
      dashboard: ['.', 'control', 'faults', 'http', 'pages', 'users', 'webhooks'],
      // Runs in a browser.
      browser: ['.'],
      program: ['.', 'control', 'users', 'webhooks'],
    },
    libraries: { commander: 'program' },
  },
  cli: { folders: { '.': ['commands', 'output'], output: ['.'], commands: ['.', 'output'] } },
};

const page = 'CONTRIBUTING.md, "Who may import whom"';
const emptyNames = ['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'types'];

if (import.meta.main) {
  const packages = listPackages();
  const problems = findLayerProblems(repository);
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`${packages.length} packages keep to the table`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** One sentence for each thing that a package may not do. */
export function findLayerProblems(root: string): readonly string[] {
  return listPackages(root).flatMap((each) => [
    ...findForbiddenArrows(each),
    ...findEmptyNames(each),
    ...findImportProblems(each),
  ]);
}

function findForbiddenArrows({ room, manifest }: Package): readonly string[] {
  const arrows = layers[room];
  if (arrows === undefined)
    return [`packages/${room} is not in the table of scripts/check-layers.ts: add it. See ${page}.`];
  const { imports, peers = [] } = arrows;

  const plain = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  const all = new Set([...plain, ...Object.keys(manifest.peerDependencies ?? {})]);
  const file = `packages/${room}/package.json`;
  return [...all].flatMap((name) => {
    if (imports.includes(name)) return [];
    if (!peers.includes(name)) return [`${file}: ${room} may not import ${name}. See ${page}.`];
    if (plain.includes(name))
      return [`${file}: ${name} belongs in peerDependencies, since the app brings its own. See ${page}.`];
    return [];
  });
}

function findEmptyNames({ room, folder }: Package): readonly string[] {
  return globSync('**/*.{ts,tsx}', { cwd: join(folder, 'src') })
    .filter((path) => emptyNames.includes(basename(path).replace(/\..*$/, '')))
    .sort()
    .map(
      (path) =>
        `packages/${room}/src/${path}: the name says that the idea has not been found yet. See CONTRIBUTING.md.`,
    );
}

function findImportProblems({ room, folder }: Package): readonly string[] {
  const source = `packages/${room}/src`;
  const graph = readImportGraph(join(folder, 'src'));
  const table = folderTables[room];
  const forbidden = [...graph].flatMap(([path, { files, packages }]) => {
    const own = folderOf(path);
    const folders = files
      .filter((file) => folderOf(file) !== own && !table?.folders[own]?.includes(folderOf(file)))
      .map((file) => `${source}/${path} may not import ${file}. See the table of folders in scripts/check-layers.ts.`);
    const libraries = packages
      .filter((name) => (table?.libraries?.[name] ?? own) !== own)
      .map((name) => `${source}/${path} may not import ${name}: only ${source}/${table?.libraries?.[name]}/ may.`);
    return [...folders, ...libraries];
  });
  const cycles = findCycles(graph).map(
    (cycle) => `${source} has an import cycle: ${[...cycle, cycle[0]].join(' → ')}. Imports of types count too.`,
  );
  return [...forbidden, ...cycles];
}

/** The first folder of a path below `src/`. */
function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '.';
}
