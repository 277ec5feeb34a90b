// Reports dependencies and imports that the tables below do not allow, import cycles inside a package, and files with a
// name such as `utils`. Rules for single imports (`node:` in core, development dependencies, jose outside jwt/) are in
// biome.json, so that editors show them too.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findCycles, readImportGraph } from './import-graph.ts';
import { listPackages, type Package, repository } from './workspace.ts';

interface Allowed {
  readonly imports: readonly string[];
  /** Packages that the app installs itself. Allowed only as peer dependencies. */
  readonly peers?: readonly string[];
  /** Packages of which only types may be imported. */
  readonly typesOnly?: readonly string[];
}

/** The dependencies that each package may have. CONTRIBUTING.md gives the reasons; change both together. */
const layers: Readonly<Record<string, Allowed>> = {
  // jose is optional and only for jwt/. See docs/decisions/jwt.md.
  core: { imports: [], peers: ['jose'] },
  api: { imports: ['@torii/core'] },
  // See docs/decisions/authz-dependencies.md. The app passes in its own Keyv store.
  authz: { imports: ['@torii/core', 're2js'], peers: ['keyv'] },
  // NATS is only for the entry `nats`. See docs/decisions/streams.md.
  streams: { imports: ['@torii/core', 'jose'], peers: ['@nats-io/kv', '@nats-io/transport-node'] },
  // A client is only for the entry of its name. See docs/decisions/revocation.md.
  revocation: {
    imports: ['@torii/core'],
    peers: ['ioredis', 'redis', '@nats-io/jetstream', '@nats-io/kv', '@nats-io/transport-node'],
  },
  express: { imports: ['@torii/core'], peers: ['express', '@types/express'] },
  koa: { imports: ['@torii/core'], peers: ['koa', '@types/koa'] },
  fastify: { imports: ['@torii/core'], peers: ['fastify'] },
  hono: { imports: ['@torii/core'], peers: ['hono'] },
  next: { imports: ['@torii/core'], peers: ['next', 'react'] },
  // Never core: core is tested against the emulator, so the two must not share a bug. See
  // docs/decisions/emulator-dependencies.md.
  emulator: {
    imports: ['jose', '@hono/node-server', '@node-rs/argon2', 'ajv', 'ajv-formats', 'commander', 'hono', 'uuidv7'],
  },
  // It judges our code, so it imports only types of it. See docs/decisions/conformance.md.
  conformance: { imports: [], peers: ['@torii/core', 'vitest'], typesOnly: ['@torii/core'] },
  // Everything except adapters. See docs/decisions/cli-dependencies.md.
  cli: {
    imports: [
      '@torii/core',
      '@torii/api',
      '@torii/revocation',
      '@torii/streams',
      '@bomb.sh/tab',
      'cli-progress',
      'commander',
      'csv-parse',
      'csv-stringify',
      'diff',
      'p-map',
      'string-width',
    ],
    // Each of these packages is needed by only one command, and is larger than all other dependencies together.
    peers: ['@torii/authz', '@torii/emulator', '@nats-io/kv', '@nats-io/transport-node', 'ioredis', 'redis'],
  },
};

interface FolderTable {
  /** For each folder of `src/`, the folders that its files may import. `.` stands for the files directly in `src/`. */
  readonly folders: Readonly<Record<string, readonly string[]>>;
  /** For each library, the only folder that may import it. */
  readonly libraries?: Readonly<Record<string, string>>;
}

/** The imports allowed between the folders of a package. A package without folders has no entry. */
const folderTables: Readonly<Record<string, FolderTable>> = {
  core: {
    folders: {
      // The main entry must not import webhooks and jwt: they are separate entry points, so that bundles do not contain
      // them.
      '.': [
        'calls',
        'errors',
        'keys',
        'logs',
        'makers',
        'network',
        'options',
        'pem',
        'promises',
        'request',
        'stores',
        'time',
        'token',
      ],
      calls: ['.', 'logs', 'options', 'time', 'token'],
      errors: [],
      logs: ['errors'],
      makers: ['.', 'logs', 'options', 'request', 'token'],
      network: ['.'],
      pem: ['options'],
      stores: [],
      time: ['.'],
      promises: ['.'],
      request: ['.', 'logs'],
      keys: ['.', 'logs', 'promises', 'time'],
      token: ['.', 'keys'],
      options: ['.', 'errors', 'keys', 'logs', 'request', 'token'],
      webhooks: ['.', 'errors', 'logs', 'options', 'promises', 'request', 'stores', 'time'],
      jwt: ['.', 'keys', 'logs', 'options', 'pem', 'token'],
    },
    libraries: { jose: 'jwt' },
  },
  api: { folders: { '.': ['generated'], generated: ['.'] } },
  authz: {
    // policy/ must not depend on rules/: a document is compiled independently of requests.
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
  revocation: {
    folders: { '.': ['entries', 'set'], entries: ['.'], set: ['.', 'entries'], redis: ['.'], nats: ['.'] },
    libraries: {
      ioredis: 'redis',
      redis: 'redis',
      '@nats-io/jetstream': 'nats',
      '@nats-io/kv': 'nats',
      '@nats-io/transport-node': 'nats',
    },
  },
  // server/ and browser/ must not import each other, because they run in different places.
  next: { folders: { '.': ['server'], server: ['.'], browser: ['.'] } },
  emulator: {
    folders: {
      '.': [
        'allowed-origins',
        'api',
        'browser-contract',
        'control',
        'dashboard',
        'database',
        'faults',
        'http',
        'impersonation',
        'invitations',
        'metadata',
        'options',
        'organizations',
        'pages',
        'program',
        'sessions',
        'tokens',
        'users',
        'webhooks',
      ],
      generated: ['api', 'tokens'],
      database: ['.'],
      'allowed-origins': ['.', 'database'],
      http: ['.', 'allowed-origins', 'database'],
      metadata: ['.'],
      faults: ['.', 'http'],
      tokens: ['.', 'database', 'generated'],
      users: ['.', 'database', 'generated', 'metadata'],
      organizations: ['.', 'database', 'generated', 'metadata', 'users'],
      invitations: ['.', 'allowed-origins', 'database', 'generated', 'metadata', 'users'],
      impersonation: ['.', 'allowed-origins', 'database', 'generated', 'users'],
      sessions: ['.', 'database', 'generated', 'http', 'tokens', 'users'],
      webhooks: ['.', 'database', 'faults', 'sessions', 'users'],
      api: [
        '.',
        'allowed-origins',
        'database',
        'generated',
        'http',
        'impersonation',
        'invitations',
        'metadata',
        'organizations',
        'sessions',
        'users',
      ],
      'browser-contract': ['.', 'faults', 'http', 'sessions', 'users'],
      pages: ['.', 'browser-contract', 'faults', 'http', 'invitations', 'sessions'],
      control: ['.', 'database', 'faults', 'http', 'impersonation', 'users', 'webhooks'],
      dashboard: [
        '.',
        'control',
        'database',
        'faults',
        'http',
        'impersonation',
        'invitations',
        'metadata',
        'organizations',
        'pages',
        'sessions',
        'users',
        'webhooks',
      ],
      // Runs in a browser.
      browser: ['.'],
      options: ['.', 'allowed-origins', 'http', 'tokens', 'webhooks'],
      program: ['.', 'control', 'options', 'tokens', 'users', 'webhooks'],
    },
    libraries: { commander: 'program' },
  },
  cli: {
    folders: {
      '.': ['commands', 'output', 'troubleshooting'],
      output: ['.'],
      commands: ['.', 'generated', 'output', 'revocation', 'troubleshooting'],
      troubleshooting: [],
      // Imports only the types of the templates of `torii init`.
      generated: ['commands'],
      revocation: ['.', 'output'],
    },
    libraries: { ioredis: 'revocation', redis: 'revocation' },
  },
};

const page = 'CONTRIBUTING.md, "Who may import whom"';
const vagueNames = ['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'types'];

if (import.meta.main) {
  const packages = listPackages();
  const problems = findLayerProblems(repository);
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`${packages.length} packages have only allowed dependencies and imports`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** Returns one message for each violation. */
export function findLayerProblems(root: string): readonly string[] {
  return listPackages(root).flatMap((each) => [
    ...findForbiddenDependencies(each),
    ...findVagueNames(each),
    ...findImportProblems(each),
  ]);
}

function findForbiddenDependencies({ shortName, place, manifest }: Package): readonly string[] {
  const allowed = layers[shortName];
  if (allowed === undefined) return [`${place} is not in the table of scripts/check-layers.ts. Add it. See ${page}.`];
  const { imports, peers = [] } = allowed;

  const plain = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  const all = new Set([...plain, ...Object.keys(manifest.peerDependencies ?? {})]);
  const file = `${place}/package.json`;
  return [...all].flatMap((name) => {
    if (imports.includes(name)) return [];
    if (!peers.includes(name)) return [`${file}: ${shortName} may not import ${name}. See ${page}.`];
    if (plain.includes(name))
      return [`${file}: ${name} belongs in peerDependencies, because the app installs it. See ${page}.`];
    return [];
  });
}

function findVagueNames({ place, folder }: Package): readonly string[] {
  return globSync('**/*.{ts,tsx}', { cwd: join(folder, 'src') })
    .filter((path) => vagueNames.includes(basename(path).replace(/\..*$/, '')))
    .sort()
    .map((path) => `${place}/src/${path}: the name does not say what is in the file. Name it after its subject.`);
}

function findImportProblems({ shortName, place, folder }: Package): readonly string[] {
  const source = `${place}/src`;
  const graph = readImportGraph(join(folder, 'src'));
  const table = folderTables[shortName];
  const forbidden = [...graph].flatMap(([path, { files, packages }]) => {
    const own = folderOf(path);
    const folders = files
      .filter((file) => folderOf(file) !== own && !table?.folders[own]?.includes(folderOf(file)))
      .map((file) => `${source}/${path} may not import ${file}. See the table of folders in scripts/check-layers.ts.`);
    const libraries = packages
      .filter((name) => (table?.libraries?.[name] ?? own) !== own)
      .map((name) => `${source}/${path} may not import ${name}: only ${source}/${table?.libraries?.[name]}/ may.`);
    const untyped = findCodeImports(readFileSync(join(folder, 'src', path), 'utf8'), layers[shortName]?.typesOnly).map(
      (name) => `${source}/${path} may only import types of ${name}. See ${page}.`,
    );
    return [...folders, ...libraries, ...untyped];
  });
  const cycles = findCycles(graph).map(
    (cycle) => `${source} has an import cycle: ${[...cycle, cycle[0]].join(' → ')}. Type imports count too.`,
  );
  return [...forbidden, ...cycles];
}

/** Returns those of `names` from which a file imports values, not only types. */
function findCodeImports(text: string, names: readonly string[] = []): readonly string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|^(?:im|ex)port type [^;]*;/gm, '');
  return names.filter((name) => new RegExp(`(?:from|import)\\s*\\(?\\s*'${name}['/]`).test(code));
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '.';
}
