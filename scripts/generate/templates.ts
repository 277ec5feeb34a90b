// Part of `npm run generate`: writes packages/cli/src/generated/templates.ts, the files that `torii init` writes, from the apps
// in examples/start/. Each file is there in TypeScript, and in JavaScript as an ES module and as CommonJS.
//   --check   writes nothing; reports whether the file is up to date, by the exit code
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { blankSourceFile } from 'ts-blank-space';
import ts from 'typescript';
import { repository } from '../workspace.ts';
import { toCommonJs } from './commonjs.ts';

const starts = join(repository, 'examples', 'start');
const target = 'packages/cli/src/generated/templates.ts';

interface Template {
  readonly ts: string;
  readonly esm: string;
  readonly commonjs: string;
}

/** The files of all apps, by the name of the app and the path in it. */
function readTemplates(): ReadonlyMap<string, ReadonlyMap<string, Template>> {
  const apps = readdirSync(starts, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = apps.map(({ name }) => name).toSorted();
  const sources = names.flatMap((name) => listSources(name).map((path) => ({ name, path })));
  const formatted = format(
    new Map(
      sources.flatMap(({ name, path }) => {
        const text = withoutRegions(readFileSync(join(starts, name, path), 'utf8'));
        const script = javaScriptPath(path);
        const esm = withoutTypes(text, path);
        return [
          [`${name}/ts/${path}`, text],
          [`${name}/esm/${script}`, esm],
          // Next accepts ES modules even in a CommonJS package.
          [`${name}/commonjs/${script}`, name.startsWith('next-') ? esm : toCommonJs(esm)],
        ];
      }),
    ),
  );
  const textOf = (path: string): string => formatted.get(path) ?? '';
  return new Map(
    names.map((name) => {
      const files = sources.filter((source) => source.name === name);
      const templates = files.map(({ path }): [string, Template] => {
        const script = javaScriptPath(path);
        return [
          path,
          {
            ts: textOf(`${name}/ts/${path}`),
            esm: textOf(`${name}/esm/${script}`),
            commonjs: textOf(`${name}/commonjs/${script}`),
          },
        ];
      });
      return [name, new Map(templates)];
    }),
  );
}

function listSources(name: string): readonly string[] {
  return globSync('**/*.{ts,tsx,mts}', {
    cwd: join(starts, name),
    exclude: (path) => /(?:^|\/)(?:node_modules|\.next)$|\.d\.ts$|\.config\.ts$/.test(path),
  })
    .filter((path) => !/\.d\.ts$|\.config\.ts$/.test(path))
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted();
}

function javaScriptPath(path: string): string {
  return path.replace(/\.(m?)ts(x?)$/, '.$1js$2');
}

/** Removes the `#region` comments, which only our documentation needs. */
function withoutRegions(text: string): string {
  return text.replace(/^\s*\/\/ #(?:end)?region\b.*\n/gm, '');
}

/** Replaces types by spaces, which keeps line breaks and comments. */
function withoutTypes(text: string, path: string): string {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, kind);
  const problems: string[] = [];
  const script = blankSourceFile(source, (node) => problems.push(node.getText()));
  if (problems.length > 0) throw new Error(`examples/start: ${path} has code that only TypeScript has: ${problems[0]}`);
  const before = text.split('\n');
  return script
    .split('\n')
    .filter((line, index) => !/^[\s;]*$/.test(line) || before[index]?.trim() === '')
    .join('\n');
}

/** Formats files as Biome formats this repository. */
function format(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'torii-templates-'));
  try {
    for (const [path, text] of files) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    writeFileSync(join(folder, 'biome.json'), JSON.stringify(formatting()));
    const { status, stderr } = spawnSync('biome', ['format', '--write', '.'], { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`The files of examples/start cannot be formatted. ${stderr}`);
    return new Map(
      [...files.keys()].map((path) => {
        const text = readFileSync(join(folder, path), 'utf8');
        return [path, text.replace(/^import \{\} from .*\n/gm, '').replaceAll(', {} from', ' from')];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function formatting(): object {
  const { formatter, javascript } = JSON.parse(readFileSync(join(repository, 'biome.json'), 'utf8'));
  return { formatter, javascript };
}

function writeModule(): string {
  const apps = [...readTemplates()].map(([name, files]) => {
    const entries = [...files].map(([path, { ts, esm, commonjs }]) => {
      const forms = Object.entries({ ts, esm, commonjs }).map(([form, text]) => `      ${form}: ${literal(text)},\n`);
      return `    ${quoted(path)}: {\n${forms.join('')}    },\n`;
    });
    return `  ${quoted(name)}: {\n${entries.join('')}  },\n`;
  });
  const seed = readFileSync(join(starts, 'torii-seed.json'), 'utf8');
  return `// Written by \`npm run generate\` from examples/start/.
import type { Templates } from '../commands/init/template.ts';

export const seed: string = ${literal(seed)};

export const templates = {
${apps.join('')}} as const satisfies Readonly<Record<string, Templates>>;
`;
}

function quoted(name: string): string {
  return `'${name}'`;
}

function literal(text: string): string {
  return `\`${text.replaceAll(/[\\`]|\$(?=\{)/g, '\\$&')}\``;
}

function main(): void {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const wanted = writeModule();
  const file = join(repository, target);
  let found = '';
  try {
    found = readFileSync(file, 'utf8');
  } catch {}
  if (wanted === found) return;
  if (values.check) {
    console.error(`${target} is not up to date with examples/start/. Run \`npm run generate\`.`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, wanted);
    console.log(target);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
