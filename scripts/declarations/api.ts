// Writes the public API of each package to public-api/, or with --check fails if a file differs: npm run api [-- --check]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listPackages, repository } from '../workspace.ts';
import { describePublicApi } from './public-api.ts';

const committed = join(repository, 'public-api');
const isCheck = process.argv.includes('--check');
const packages = listPackages().filter(({ manifest }) => manifest.private !== true);
const folder = isCheck ? join(mkdtempSync(join(tmpdir(), 'torii-api-')), 'public-api') : committed;
if (!isCheck) rmSync(committed, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, text] of formatAll(describePublicApi(packages))) writeFileSync(join(folder, `${name}.d.ts`), text);
if (isCheck) {
  const difference = compare(folder);
  rmSync(join(folder, '..'), { recursive: true });
  if (difference !== '') {
    console.error(
      `The public API differs from public-api/. If the change is intended, run \`npm run api\` and commit the files. docs/versions.md says ` +
        `which kind of release it needs.\n\n${difference}`,
    );
    process.exitCode = 1;
  } else console.log(`the public API of ${packages.length} packages is unchanged`);
}

/** Formats all texts in one run of the formatter. */
function formatAll(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const titles = [...texts.keys()].map((name) => `// The public API of @torii/${name}, written by \`npm run api\`.`);
  const input = [...texts.values()].map((text, index) => `${titles[index]}\n\n${text}`).join('\n');
  const { status, stdout, stderr } = spawnSync('biome', ['format', '--stdin-file-path=public-api.d.ts'], {
    cwd: repository,
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
  });
  if (status !== 0) throw new Error(`biome format failed: ${stderr}`);
  const parts = stdout.split(/^(?=\/\/ The public API of )/m).map((text) => `${text.trimEnd()}\n`);
  return new Map([...texts.keys()].map((name, index) => [name, parts[index] ?? '']));
}

/** The differences, as git shows them. */
function compare(current: string): string {
  const { stdout, stderr, status } = spawnSync('git', ['diff', '--no-index', '--no-color', '--', committed, current], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
  });
  if (status !== 0 && stdout === '') throw new Error(`git diff failed: ${stderr}`);
  return stdout.replaceAll(committed, '/public-api').replaceAll(current, '/public-api');
}
