// What a README tells a new user to do: install, paste the first example, run it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPage } from '../check-docs.ts';
import { repository } from '../workspace.ts';

export interface FirstExample {
  readonly text: string;
  /** The lines of `npm install`. */
  readonly installs: readonly string[];
  readonly code: string;
  /** The other shell commands, in the order of the page. */
  readonly commands: readonly string[];
  /** What users of TypeScript install too. */
  readonly types: string | undefined;
}

/** Reads the text before the first section of a page, and one section. */
export function readFirstExample(page: string, section = 'First example'): FirstExample {
  const [introduction = '', ...sections] = readFileSync(join(repository, page), 'utf8').split(/^## /m);
  const text = sections.find((each) => each.startsWith(`${section}\n`));
  if (text === undefined) throw new Error(`${page} has no section "${section}"`);
  const { blocks, commands } = readPage(`${introduction}\n${text}`);
  return {
    text,
    installs: commands.filter((line) => line.startsWith('npm install ')),
    code: blocks[0]?.code ?? '',
    commands: commands.filter((line) => !line.startsWith('npm install ')),
    types: /`(npm install --save-dev typescript [^`]+)`/.exec(text)?.[1],
  };
}

/** Writes a module as CommonJS. Examples that await at the top level do so in a function. */
export function toCommonJs(code: string): string {
  const imports: string[] = [];
  const rest = code.replaceAll(/^import (.+?) from ('[^']+');\n/gm, (_, names: string, module: string) => {
    imports.push(`const ${names} = require(${module});`);
    return '';
  });
  const body = /^(?:.* )?await /m.test(rest) ? `(async () => {\n${rest}\n})();` : rest;
  return [...imports, body].join('\n');
}
