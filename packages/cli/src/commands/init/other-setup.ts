// An app that an earlier run set up for another framework: the files of both runs would have the same places.
import { CommandFailure } from '../../failures.ts';
import { readCode } from './code.ts';
import { importsOf } from './imports.ts';
import type { Project } from './plan.ts';

const endings = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/**
 * @param place of the guard, without an ending: `src/torii`
 * @param adapter the package that the guard is from, such as `@torii/express`
 * @throws CommandFailure if the guard is from another package of Torii
 */
export function refuseOtherSetup({ files }: Project, place: string, adapter: string): void {
  for (const ending of endings) {
    const path = place + ending;
    const found = [...importsOf(readCode(files.read(path) ?? '')).values()].filter((from) =>
      from.startsWith('@torii/'),
    );
    const [other] = found;
    if (other === undefined || found.includes(adapter)) continue;
    const framework = other === '@torii/core' ? 'node' : other.replace('@torii/', '');
    throw new CommandFailure(
      `This app is set up for another framework: ${path} imports ${other}. Use --framework ${framework}, or run torii init in an empty folder.`,
    );
  }
}
