// npm run generate: writes all files that are derived from spec/.
//   --check         writes nothing; reports files that are not up to date, with exit code 1
//   --spec FILE     the document, by default spec/server-v1.json
//   --out FOLDER    where to write, by default the repository
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { additions } from '../../spec/additions/index.ts';
import { corrections, correctSpec, type JsonObject } from '../../spec/corrections.ts';
import { readJsonFile } from '../json-file.ts';
import { repository } from '../workspace.ts';
import { addToSpec } from './add-to-spec.ts';
import { describeMissing } from './check-additions.ts';
import { generatedFolders, generateFiles } from './generate.ts';
import { describeSuperseded } from './superseded.ts';

const publishedSpec = join(repository, 'spec', 'server-v1.json');

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    spec: { type: 'string', default: publishedSpec },
    out: { type: 'string', default: repository },
  },
});

try {
  const document = readJsonFile<JsonObject>(values.spec);
  const wanted = await generateFiles(document);
  const changed = [...wanted.keys()].filter((path) => wanted.get(path) !== readText(path));
  const stray = listPresent().filter((path) => !wanted.has(path));
  if (values.check) reportChanges([...changed, ...stray], wanted.size);
  else writeFiles(wanted, changed, stray);
  if (values.out === repository && values.spec === publishedSpec) updateTables();
  for (const line of describeSuperseded(document)) console.log(line);
  const { document: complete } = addToSpec(document, additions);
  for (const line of describeMissing(complete)) console.log(line);
  reportIdleCorrections(complete);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Runs these in new processes, so that they load the files that were just written. */
function updateTables(): void {
  const scripts = [
    'emulator-tables.ts',
    'frameworks-table.ts',
    'statement-tests.ts',
    'generate/troubleshooting.ts',
    'generate/templates.ts',
    'cli-pages.ts',
  ];
  for (const script of scripts) {
    const path = join(repository, 'scripts', script);
    const args = ['--conditions=@torii/source', path, ...(values.check ? ['--check'] : [])];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}

function readText(path: string): string | undefined {
  const file = join(values.out, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function listPresent(): readonly string[] {
  return Object.values(generatedFolders).flatMap((folder) => {
    const path = join(values.out, folder);
    return existsSync(path) ? readdirSync(path).map((name) => `${folder}/${name}`) : [];
  });
}

function reportChanges(changed: readonly string[], count: number): void {
  for (const path of changed) console.error(`${path} is not up to date with spec/. Run \`npm run generate\`.`);
  if (changed.length === 0) console.log(`${count} generated files are up to date with spec/`);
  else process.exitCode = 1;
}

function writeFiles(wanted: ReadonlyMap<string, string>, changed: readonly string[], stray: readonly string[]): void {
  for (const path of stray) rmSync(join(values.out, path));
  for (const path of changed) {
    const file = join(values.out, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, wanted.get(path) ?? '');
  }
  const all = [...changed, ...stray];
  console.log(all.length === 0 ? 'Nothing changed.' : `Wrote ${all.toSorted().join(', ')}.`);
}

/** Reports corrections that no longer change the document, so that they can be deleted. */
function reportIdleCorrections(document: JsonObject): void {
  const all = JSON.stringify(correctSpec(document));
  for (const correction of corrections) {
    const others = corrections.filter((each) => each !== correction);
    if (JSON.stringify(correctSpec(document, others)) === all) {
      console.log(
        `This correction in spec/corrections.ts has no effect any more and can be deleted: ${correction.reason}`,
      );
    }
  }
}
