// Measures how long an import takes in a fresh process. Imports the built packages, because users do not import
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
  '@torii/api': ['@torii/api'],
  '@torii/express': ['@torii/express'],
  jose: ['jose'],
  'jose, only the two files needed': ['jose/jwt/verify', 'jose/jwks/remote'],
  'hono/jwt': ['hono/jwt'],
  'fast-jwt': ['fast-jwt'],
  'aws-jwt-verify': ['aws-jwt-verify'],
  jsonwebtoken: ['jsonwebtoken'],
  [empty]: ['data:text/javascript,'],
};

buildPackages();
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
      `An empty module takes ${formatNumber(median(measured.get(empty) ?? []))} ms of it. The rest depends on the number of files, and on whether \`node:crypto\` is loaded.`,
    ),
  ],
});

function buildPackages(): void {
  const repository = join(import.meta.dirname, '..', '..');
  const { status, stdout } = spawnSync(
    'turbo',
    ['run', 'build', '--filter=@torii/api', '--filter=@torii/express', '--output-logs=errors-only'],
    {
      cwd: repository,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`The packages could not be built.\n${stdout}`);
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
