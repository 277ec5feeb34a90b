// npm run generate [-- --check]. Writes packages/api/src/generated/, or only tells whether it is what spec/ makes of it.
//   --spec FILE     another document than spec/server-v1.json
//   --out FOLDER    another folder
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repository } from '../workspace.ts';
import { generateFiles } from './generate.ts';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    spec: { type: 'string', default: join(repository, 'spec', 'server-v1.json') },
    out: { type: 'string', default: join(repository, 'packages', 'api', 'src', 'generated') },
  },
});

try {
  const wanted = await generateFiles(JSON.parse(readFileSync(values.spec, 'utf8')));
  const present = new Map(
    existsSync(values.out)
      ? readdirSync(values.out).map((name) => [name, readFileSync(join(values.out, name), 'utf8')])
      : [],
  );
  const changed = [...new Set([...wanted.keys(), ...present.keys()])].filter(
    (name) => wanted.get(name) !== present.get(name),
  );
  if (values.check) reportChanges(changed, wanted.size);
  else writeFiles(wanted, changed);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function reportChanges(changed: readonly string[], count: number): void {
  for (const name of changed) console.error(`generated/${name} is not what spec/ makes of it. Run npm run generate.`);
  if (changed.length === 0) console.log(`${count} generated files are what spec/ makes of them`);
  else process.exitCode = 1;
}

function writeFiles(wanted: ReadonlyMap<string, string>, changed: readonly string[]): void {
  mkdirSync(values.out, { recursive: true });
  for (const name of changed) {
    const text = wanted.get(name);
    if (text === undefined) rmSync(join(values.out, name));
    else writeFileSync(join(values.out, name), text);
  }
  console.log(changed.length === 0 ? 'Nothing changed.' : `Wrote ${changed.toSorted().join(', ')}.`);
}
