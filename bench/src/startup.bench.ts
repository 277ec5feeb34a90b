// Measures how long an import takes in a fresh process. Imports the built package, because users do not import
// TypeScript.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { atMost, formatNumber } from './limits.ts';
import { tableOfRatios } from './ratio-table.ts';
import { measureInRounds, median, ratiosTo } from './rounds.ts';
import { reportSection } from './section.ts';
import { roundsOr } from './settings.ts';

const rounds = roundsOr(21);
const empty = 'an empty module';
const modules: Readonly<Record<string, readonly string[]>> = {
  '@torii/core': ['@torii/core'],
  jose: ['jose'],
  'jose, only the two files needed': ['jose/jwt/verify', 'jose/jwks/remote'],
  'hono/jwt': ['hono/jwt'],
  'fast-jwt': ['fast-jwt'],
  'aws-jwt-verify': ['aws-jwt-verify'],
  jsonwebtoken: ['jsonwebtoken'],
  [empty]: ['data:text/javascript,'],
};

buildCore();
const contenders = Object.entries(modules).map(([name, specifiers]) => ({
  name,
  run: async () => importMs(specifiers),
}));
const measured = await measureInRounds('Import time', contenders, rounds);
reportSection({
  title: 'Import time',
  text: ['Milliseconds of `await import(…)` in a fresh process, with the files in the disk cache.'],
  rounds,
  tables: [tableOfRatios({ title: 'Import time', measured, unit: 'ms', bases: ['jose'] })],
  limits: [
    atMost(
      'Import time',
      0.5,
      'of jose’s',
      ratiosTo(measured, '@torii/core', 'jose'),
      `An empty module takes ${formatNumber(median(measured.get(empty) ?? []))} ms of it, and \`node:crypto\` has to be loaded. The rest depends on the number of files: the package ships one file per module, so that its code can be read. A single file would take a third of the time.`,
    ),
  ],
});

function buildCore(): void {
  const repository = join(import.meta.dirname, '..', '..');
  const { status, stdout } = spawnSync('turbo', ['run', 'build', '--filter=@torii/core', '--output-logs=errors-only'], {
    cwd: repository,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The build of @torii/core failed.\n${stdout}`);
}

function importMs(specifiers: readonly string[]): number {
  const imports = specifiers.map((specifier) => `import(${JSON.stringify(specifier)})`).join(', ');
  const program = `const begun = performance.now(); await Promise.all([${imports}]); console.log(performance.now() - begun);`;
  const flags = ['--input-type=module', '--eval', program];
  return Number(
    execFileSync(process.execPath, flags, { cwd: import.meta.dirname, encoding: 'utf8', env: withoutOptions() }),
  );
}

/** NODE_OPTIONS could contain the condition `@torii/source`, which resolves to the source instead of the build. */
function withoutOptions(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return env;
}
