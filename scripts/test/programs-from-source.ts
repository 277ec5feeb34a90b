// Programs that replace npm and npx for the quick tests of pages: nothing is installed, and the packages run from their sources.
import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { writeFileAt } from '../packed-app.ts';
import { repository } from '../workspace.ts';

/** In docs/, so that apps in it find the dependencies of docs/package.json. */
export const sourceFolder: string = join(repository, 'docs', '.start');

/** Writes the programs. Returns the variables that make a shell use them. */
export function programsFromSource(folder: string): Readonly<Record<string, string>> {
  const packages = join(repository, 'packages');
  writeProgram(join(folder, 'npm'), 'exit 0');
  writeProgram(
    join(folder, 'npx'),
    `case "$1" in
      tsc) echo 'Created a new tsconfig.json' ;;
      @torii/emulator) exec node '${packages}/emulator/src/main.ts' ;;
      torii) shift; exec node '${packages}/cli/src/main.ts' "$@" ;;
      *) echo "no program for npx $1" >&2; exit 1 ;;
    esac`,
  );
  const path = [folder, process.env['PATH']].join(delimiter);
  return { PATH: path, NODE_OPTIONS: '--conditions=@torii/source' };
}

function writeProgram(path: string, code: string): void {
  writeFileAt(path, `#!/bin/sh\n${code}\n`);
  chmodSync(path, 0o755);
}
