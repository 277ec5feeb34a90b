// Part of `npm run generate`: writes docs/troubleshooting.md, the tables of docs/errors.md, and the options that `torii explain` knows.
//   --check   writes nothing; reports files that are not up to date, with exit code 1
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { repository } from '../workspace.ts';
import { replaceErrorTables } from './error-tables.ts';
import { listOptions, writeOptions } from './option-list.ts';
import { writeTroubleshooting } from './troubleshooting-page.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const options = listOptions();
const errors = readText('docs/errors.md');
const wanted = {
  'packages/cli/src/troubleshooting/generated/options.ts': writeOptions(options),
  'docs/troubleshooting.md': writeTroubleshooting(options),
  'docs/errors.md': replaceErrorTables(errors),
};

for (const [path, text] of Object.entries(wanted)) {
  if (readText(path) === text) continue;
  if (values.check) {
    console.error(`${path} is not up to date. Run \`npm run generate\`.`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
    console.log(path);
  }
}

function readText(path: string): string {
  const file = join(repository, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
