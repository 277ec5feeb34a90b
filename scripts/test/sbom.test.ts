import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { writeBillsOfMaterials } from '../release/sbom.ts';
import { listPackages, repository } from '../workspace.ts';

interface Dependencies {
  readonly dependencies?: Readonly<Record<string, string | { readonly version: string }>>;
  readonly optionalDependencies?: Readonly<Record<string, string | { readonly version: string }>>;
}

interface Lockfile {
  readonly importers: Readonly<Record<string, Dependencies>>;
  readonly snapshots: Readonly<Record<string, Dependencies>>;
}

const packages = listPackages().filter(({ manifest }) => manifest.private !== true);
const lockfile: Lockfile = parse(readFileSync(join(repository, 'pnpm-lock.yaml'), 'utf8'));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-sbom-'));
  writeBillsOfMaterials(folder);
});

afterAll(() => rmSync(folder, { recursive: true }));

test('every published package has one', () => {
  expect(readdirSync(folder).sort()).toEqual(packages.map(({ shortName }) => `torii-${shortName}.cdx.json`));
});

test.each(packages)('$shortName lists every production dependency, and theirs', ({ shortName, manifest }) => {
  const { bomFormat, metadata, components } = readBill(shortName);
  expect(bomFormat).toBe('CycloneDX');
  expect(metadata.component).toMatchObject({ group: '@torii', name: shortName, version: manifest.version });
  const listed = components.map(
    ({ group, name, version }) => `${group === undefined ? name : `${group}/${name}`}@${version}`,
  );
  expect(listed.sort()).toEqual([...dependenciesOf(shortName)].sort());
});

interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
}

function readBill(shortName: string): {
  readonly bomFormat: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
} {
  return JSON.parse(readFileSync(join(folder, `torii-${shortName}.cdx.json`), 'utf8'));
}

/** Reads the lockfile on its own, with names such as `jose@6.0.0`. */
function dependenciesOf(shortName: string, found: Set<string> = new Set()): ReadonlySet<string> {
  follow(lockfile.importers[packages.find((each) => each.shortName === shortName)?.place ?? '']);
  return found;

  function follow({ dependencies, optionalDependencies }: Dependencies = {}): void {
    for (const [name, entry] of Object.entries({ ...dependencies, ...optionalDependencies })) {
      const version = typeof entry === 'string' ? entry : entry.version;
      const key = `${name}@${version}`;
      const id = version.startsWith('link:') ? `${name}@${packages[0]?.manifest.version}` : key.replace(/\(.*$/, '');
      if (found.has(id)) continue;
      found.add(id);
      if (version.startsWith('link:')) dependenciesOf(name.replace('@torii/', ''), found);
      else follow(lockfile.snapshots[key]);
    }
  }
}
