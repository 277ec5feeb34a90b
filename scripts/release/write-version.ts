// Writes the version of core's package.json to the file that its User-Agent header is made from.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../workspace.ts';

const core = join(repository, 'packages', 'core');
const { version }: { readonly version: string } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8'));
const file = join(core, 'src', 'version.ts');
writeFileSync(file, readFileSync(file, 'utf8').replace(/'[^']*'/, `'${version}'`));
