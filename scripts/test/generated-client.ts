// Generates a client into a separate folder, with a program that uses it.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Additions } from '../../spec/additions/addition.ts';
import type { JsonObject } from '../../spec/corrections.ts';
import { generatedFolders, generateFiles } from '../generate/generate.ts';
import { repository } from '../workspace.ts';

export type GeneratedFiles = ReadonlyMap<string, string>;

/** Writes the client for a specification, and a program that uses it. By default with spec/additions/. */
export async function writeClient(
  folder: string,
  published: JsonObject,
  { program, additions }: { readonly program: string; readonly additions?: readonly Additions[] },
): Promise<GeneratedFiles> {
  // With the manifest, whose `imports` the sources use.
  const manifest = join('packages', 'api', 'package.json');
  cpSync(join(repository, manifest), join(folder, manifest));
  cpSync(join(repository, 'packages', 'api', 'src'), join(folder, 'packages', 'api', 'src'), {
    recursive: true,
    filter: (path) => basename(path) !== 'generated',
  });
  const made = await generateFiles(published, additions);
  for (const [path, content] of made) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'program.ts'), program);
  const tsconfig = {
    extends: join(repository, 'tsconfig.base.json'),
    compilerOptions: {
      lib: ['es2023', 'webworker'],
      types: [],
      noEmit: true,
      paths: {
        '@torii/core': [join(repository, 'packages', 'core', 'src', 'index.ts')],
        '@torii/core/*': [join(repository, 'packages', 'core', 'src', '*.ts')],
      },
    },
    include: ['program.ts', 'packages/api', generatedFolders.webhooks, `${generatedFolders.emulator}/entities.ts`],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  return made;
}

/** Returns the errors of the compiler, or an empty text. */
export function compileClient(folder: string): string {
  return spawnSync('tsc', ['--pretty', 'false'], { cwd: folder, encoding: 'utf8' }).stdout;
}
