// Apps that are CommonJS: Jest in every layout of node_modules, Nest, and the compilers' kinds of modules.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installApp, packPackages, run, versionOf, writeFileAt } from '../packed-app.ts';
import { repository } from '../workspace.ts';
import { jestCases } from './jest-cases.ts';
import { nestApp } from './nest-app.ts';

const root = mkdtempSync(join(tmpdir(), 'torii-commonjs-'));
const ours = ['@torii/core', '@torii/express', '@torii/api', '@torii/emulator'];
const express = versionOf('express', 'packages/express');
const jest = { jest: '30', express, supertest: '7' };
const babel = { '@babel/core': '7', '@babel/preset-env': '7' };
const babelConfig = "module.exports = { presets: [['@babel/preset-env', { targets: { node: 'current' } }]] };";
/** As docs/commonjs.md says. */
const pattern = '/node_modules/(?!(\\.pnpm|@torii|jose)/)';

let tarballs: ReadonlyMap<string, string>;
beforeAll(() => {
  tarballs = packPackages(join(root, 'tarballs'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function installWithNpm(folder: string, names: readonly string[], others: Readonly<Record<string, string>>): void {
  writeFileAt(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true }));
  const files = names.map((name) => String(tarballs.get(name)));
  const packages = Object.entries(others).map(([name, version]) => `${name}@${version}`);
  run(
    folder,
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--ignore-scripts',
    ...files,
    ...packages,
  );
}

/** Runs Jest. Returns the names of the tests by their outcome, and the messages of the failed ones. */
function runJest(folder: string, options: object, nodeOptions = ''): unknown {
  writeFileAt(join(folder, 'jest.config.json'), JSON.stringify(options));
  const args = ['jest', '--config', 'jest.config.json', '--json', '--outputFile=report.json', '--testTimeout=120000'];
  const env = { ...process.env, NODE_OPTIONS: nodeOptions };
  const { stderr } = spawnSync('npx', ['--no-install', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env,
    timeout: 240_000,
  });
  const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
  return numPassedTests === numTotalTests && numTotalTests > 0 ? 'passed' : stderr;
}

describe('Jest', () => {
  describe.each([
    [
      'npm',
      (folder: string) => installWithNpm(folder, ours, { ...jest, ...babel, '@swc/core': '1', '@swc/jest': '0.2' }),
    ],
    [
      'pnpm',
      (folder: string) => {
        installApp(folder, tarballs, ours, { ...jest, ...babel, '@swc/core': '1', '@swc/jest': '0.2' });
        writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true }));
      },
    ],
  ])('in the layout of %s', (name, install) => {
    const folder = join(root, `jest-${name}`);
    beforeAll(() => {
      install(folder);
      writeFileAt(join(folder, 'cases.js'), jestCases);
      writeFileAt(join(folder, 'app.test.js'), "require('./cases.js')(jest, (name) => require(name));\n");
      const loader = '(name) => import(name)';
      writeFileAt(
        join(folder, 'app.test.mjs'),
        `import { jest } from '@jest/globals';\nimport cases from './cases.js';\ncases(jest, ${loader});\n`,
      );
    });

    test('CommonJS, compiled by babel-jest', () => {
      writeFileAt(join(folder, 'babel.config.js'), babelConfig);
      expect(runJest(folder, { testMatch: ['**/*.test.js'], transformIgnorePatterns: [pattern] })).toBe('passed');
      rmSync(join(folder, 'babel.config.js'));
    });

    test('CommonJS, compiled by @swc/jest', () => {
      const options = {
        testMatch: ['**/*.test.js'],
        transform: { '\\.js$': '@swc/jest' },
        transformIgnorePatterns: [pattern],
      };
      expect(runJest(folder, options)).toBe('passed');
    });

    test('ES modules', () => {
      const options = { transform: {}, testMatch: ['**/*.test.mjs'] };
      expect(runJest(folder, options, '--experimental-vm-modules')).toBe('passed');
    });
  });
});

describe('Nest', () => {
  const folder = join(root, 'nest');
  beforeAll(() => {
    const nest = ['common', 'core', 'platform-express', 'testing'].map((name) => [`@nestjs/${name}`, '11']);
    const others = { 'reflect-metadata': '0.2', rxjs: '7', 'ts-jest': '29', typescript: '~5.9.0' };
    const types = { '@types/jest': '30', '@types/node': '24', '@types/express': '5', '@types/supertest': '6' };
    const names = ['@torii/core', '@torii/express'];
    installWithNpm(folder, names, { ...Object.fromEntries(nest), ...others, ...types, jest: '30', supertest: '7' });
    for (const [path, text] of Object.entries(nestApp)) writeFileAt(join(folder, path), text);
  });

  test('an app compiles as `nest new` sets it up, and guards its routes by middleware and by a guard', () => {
    run(folder, 'npx', '--no-install', 'tsc', '-p', 'tsconfig.json');
    expect(run(folder, 'node', 'dist/main.js').trim()).toBe('401 200 401 200');
  });

  test('its tests run with ts-jest and one line more', () => {
    const options = {
      moduleFileExtensions: ['js', 'json', 'ts'],
      testEnvironment: 'node',
      testRegex: '.e2e-spec.ts$',
      transform: { '^.+\\.(t|j)s$': 'ts-jest' },
    };
    expect(runJest(folder, { ...options, transformIgnorePatterns: [pattern] })).toBe('passed');
    expect(runJest(folder, options)).not.toBe('passed');
  });
});

describe('a CommonJS file of TypeScript', () => {
  const folder = join(root, 'compilers');
  const compilers = ['5.9', '6.0', '7.0'] as const;
  beforeAll(() => {
    const versions = compilers.map((version) => [`typescript-${version}`, `npm:typescript@~${version}.0`]);
    installApp(folder, tarballs, ours, {
      ...Object.fromEntries(versions),
      express,
      '@types/express': '5',
      '@types/node': '24',
    });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true }));
    writeFileAt(
      join(folder, 'import.ts'),
      [
        "import { createVerifier, type Verifier } from '@torii/core';",
        "import { createWebhookReceiver } from '@torii/core/webhooks';",
        "import { requireAuth } from '@torii/express';",
        "export const torii: Verifier = createVerifier({ issuer: 'https://acme.torii.test' });",
        'export const guard = requireAuth(torii);',
        'export { createWebhookReceiver };',
      ].join('\n'),
    );
    writeFileAt(
      join(folder, 'dynamic.ts'),
      [
        "import type { Verifier } from '@torii/core' with { 'resolution-mode': 'import' };",
        'export async function load(): Promise<Verifier> {',
        "  const { createVerifier } = await import('@torii/core');",
        "  return createVerifier({ issuer: 'https://acme.torii.test' });",
        '}',
      ].join('\n'),
    );
  });

  /** The codes of the compiler's errors. */
  function compile(version: string, file: string, module: string): readonly string[] {
    const args = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--target',
      'es2023',
      '--types',
      'node',
      '--esModuleInterop',
    ];
    const program = join(folder, 'node_modules', `typescript-${version}`, 'bin', 'tsc');
    const { stdout } = spawnSync('node', [program, ...args, '--module', module, file], {
      cwd: folder,
      encoding: 'utf8',
    });
    return [...new Set(stdout.match(/TS\d+/g) ?? [])];
  }

  test.each(compilers)('imports a package with TypeScript %s and `nodenext` or `node20`', (version) => {
    for (const module of ['nodenext', 'node20']) {
      expect([module, compile(version, 'import.ts', module)]).toEqual([module, []]);
    }
  });

  test.each(compilers)('with `node16`, needs a dynamic import and a mode for types with TypeScript %s', (version) => {
    expect(compile(version, 'import.ts', 'node16')).toEqual(['TS1479']);
    expect(compile(version, 'dynamic.ts', 'node16')).toEqual([]);
  });

  test('imports a package with `commonjs` from TypeScript 6 on', () => {
    expect(compile('5.9', 'import.ts', 'commonjs')).toEqual(['TS2307']);
    for (const version of ['6.0', '7.0']) expect(compile(version, 'import.ts', 'commonjs')).toEqual([]);
  });
});

test('the documentation has the pattern of these tests', () => {
  expect(readFileSync(join(repository, 'docs', 'commonjs.md'), 'utf8')).toContain(JSON.stringify(pattern).slice(1, -1));
});
