import { createTwoFilesPatch } from 'diff';
import type { Output } from '../../output/output.ts';
import { printableLines, withoutSecrets } from '../../output/printable.ts';
import type { FileChange } from './plan.ts';

/** The changes as a unified diff. Secrets are not shown. */
export function describeChanges(changes: readonly FileChange[], { style }: Pick<Output, 'style'>): string {
  const colorOf = (line: string): string => {
    if (/^(?:---|\+\+\+) /.test(line)) return style('bold', line);
    if (line.startsWith('@@')) return style('cyan', line);
    if (line.startsWith('+')) return style('green', line);
    return line.startsWith('-') ? style('red', line) : line;
  };
  return changes
    .map(({ path, before, after }) => {
      const from = before === undefined ? '/dev/null' : `a/${path}`;
      const [old, next] = shownTexts(path, before ?? '', after);
      const patch = createTwoFilesPatch(from, `b/${path}`, old, next, undefined, undefined, {
        context: 3,
        stripTrailingCr: true,
      });
      const lines = withoutSecrets(printableLines(patch)).trimEnd().split('\n');
      return `${lines
        .filter((line) => !/^=+$/.test(line))
        .map(colorOf)
        .join('\n')}\n`;
    })
    .join('\n');
}

/** Shows only the added lines of a settings file, because its existing lines can contain secrets. */
function shownTexts(path: string, before: string, after: string): readonly [before: string, after: string] {
  if (!/^\.env/.test(path) || !after.startsWith(before)) return [before, after];
  return ['', after.slice(before.length).replace(/^(?:\r?\n)+/, '')];
}
