import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../workspace.ts';

const committed = join(repository, 'public-api');

/** Writes the API of each package to public-api/, by the short name of the package. */
export function writeApi(texts: ReadonlyMap<string, string>): void {
  rmSync(committed, { recursive: true, force: true });
  writeInto(committed, texts);
}

/** Returns the differences to public-api/, as git shows them. */
export function compareApi(texts: ReadonlyMap<string, string>): string {
  const scratch = mkdtempSync(join(tmpdir(), 'torii-api-'));
  const current = join(scratch, 'public-api');
  writeInto(current, texts);
  const { stdout, stderr, status } = spawnSync('git', ['diff', '--no-index', '--no-color', '--', committed, current], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
  });
  rmSync(scratch, { recursive: true });
  if (status !== 0 && stdout === '') throw new Error(`git diff failed: ${stderr}`);
  return stdout.replaceAll(committed, '/public-api').replaceAll(current, '/public-api');
}

function writeInto(folder: string, texts: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of formatAll(texts)) writeFileSync(join(folder, `${name}.d.ts`), text);
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
