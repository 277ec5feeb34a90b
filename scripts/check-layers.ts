// Fails when a package declares a dependency that the table lacks, or hides an idea in a file called `utils`. What a
// line of code may not import (node: in core, a development dependency, jose outside jwt.ts) is in biome.json, where
// editors show it too.
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listPackages, type Package, repository } from './workspace.ts';

interface Arrows {
  /** What the package may depend on at run time. */
  readonly imports: readonly string[];
  /** What the app brings, and the package therefore may only have as a peer. */
  readonly peers?: readonly string[];
}

/** Who may import whom. Before adding an arrow, ask which side the idea belongs to: CONTRIBUTING.md says why each is here. */
const layers: Readonly<Record<string, Arrows>> = {
  // In jwt.ts alone, and only for who uses it: docs/decisions/jwt.md.
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

const page = 'CONTRIBUTING.md, "Who may import whom"';
const emptyNames = ['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'types'];

if (import.meta.main) {
  const packages = listPackages();
  const problems = findLayerProblems(repository);
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`${packages.length} packages keep to the table`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** One sentence for each arrow that the table lacks and each file whose name says nothing. */
export function findLayerProblems(root: string): readonly string[] {
  return listPackages(root).flatMap((each) => [...findForbiddenArrows(each), ...findEmptyNames(each)]);
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
