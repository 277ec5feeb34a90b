// Builds all packages into an empty folder, in which Node finds them as in an app that has installed them.
import { cpSync, globSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildPackage } from '../build/package-build.ts';
import { listPackages } from '../workspace.ts';

export async function buildApp(app: string): Promise<void> {
  for (const { folder, manifest } of listPackages()) {
    const target = folderOf(app, manifest.name);
    cpSync(join(folder, 'package.json'), join(target, 'package.json'));
    await buildPackage(folder, join(target, 'dist'));
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      if (!name.startsWith('@torii/')) link(join(folder, 'node_modules', name), join(app, 'node_modules', name));
    }
  }
}

export function folderOf(app: string, name: string): string {
  return join(app, 'node_modules', name);
}

/** The built JavaScript files of a package, as paths below `dist/`. */
export function listBuiltFiles(app: string, name: string): readonly string[] {
  return globSync('**/*.js', { cwd: join(folderOf(app, name), 'dist') }).sort();
}

/** The files of a package that are loaded together with one of them, and that file. */
export function listLoaded(graph: ReadonlyMap<string, readonly string[]>, entry: string): readonly string[] {
  const loaded = new Set([entry]);
  for (const file of loaded) for (const imported of graph.get(file) ?? []) loaded.add(imported);
  return [...loaded];
}

function link(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    symlinkSync(realpathSync(from), to, 'dir');
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'EEXIST') throw error;
  }
}
