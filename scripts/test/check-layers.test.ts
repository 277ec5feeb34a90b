import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findLayerProblems } from '../check-layers.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'torii-layers-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

test('accepts dependencies in the table', () => {
  writePackage('core', {});
  writePackage('express', { dependencies: { '@torii/core': '*' }, peerDependencies: { express: '*' } });
  expect(findLayerProblems(root)).toEqual([]);
});

test.each([
  [
    'an adapter that depends on another adapter',
    'koa',
    { dependencies: { '@torii/express': '*' } },
    'koa may not import @torii/express',
  ],
  ['an adapter that depends on jose', 'express', { dependencies: { jose: '*' } }, 'express may not import jose'],
  [
    'an emulator that depends on core',
    'emulator',
    { dependencies: { '@torii/core': '*' } },
    'emulator may not import @torii/core',
  ],
  ['a core that depends on a framework', 'core', { peerDependencies: { koa: '*' } }, 'core may not import koa'],
  ['an optional dependency', 'core', { optionalDependencies: { keyv: '*' } }, 'core may not import keyv'],
  [
    'a framework that is not a peer dependency',
    'koa',
    { dependencies: { koa: '*' } },
    'koa belongs in peerDependencies',
  ],
  ['a package that is not in the table', 'made-up', {}, 'packages/made-up is not in the table'],
])('refuses %s', (_name, shortName, manifest, message) => {
  writePackage(shortName, manifest);
  expect(findLayerProblems(root)).toEqual([expect.stringContaining(message)]);
});

test('messages name the page with the reasons', () => {
  writePackage('core', { dependencies: { express: '*' } });
  expect(findLayerProblems(root)).toEqual([expect.stringContaining('CONTRIBUTING.md, "Who may import whom"')]);
});

test('ignores development dependencies', () => {
  writePackage('core', { devDependencies: { '@torii/emulator': '*', jose: '*' } });
  expect(findLayerProblems(root)).toEqual([]);
});

test.each(['utils.ts', 'helpers.tsx', 'keys/common.ts', 'shared.ts', 'types.ts', 'types.d.ts'])(
  'refuses a file named %s',
  (path) => {
    writePackage('core', {});
    writeFile(`packages/core/src/${path}`, '');
    expect(findLayerProblems(root)).toEqual([expect.stringContaining(`packages/core/src/${path}`)]);
  },
);

test.each([
  ['of values', "import { b } from './b.ts';", "import { a } from './a.ts';"],
  ['of types', "import type { B } from './b.ts';", "import type { A } from './a.ts';"],
  ['of a value and an inline type', "export { b } from './b.ts';", "import { c, type A } from './a.ts';"],
  ['of an import type', "type B = import('./b.ts').B;", "import('./a.ts');"],
  ['of imports over several lines', "import {\n  b,\n} from './b.ts';", "import {\n  type A,\n} from './a.ts';"],
])('refuses an import cycle %s', (_name, a, b) => {
  writePackage('express', {});
  writeFile('packages/express/src/a.ts', a);
  writeFile('packages/express/src/b.ts', b);
  expect(findLayerProblems(root)).toEqual([
    expect.stringContaining('packages/express/src has an import cycle: a.ts → b.ts → a.ts'),
  ]);
});

test('reports the files of a cycle in import order, and other cycles that do not share its last import', () => {
  writePackage('core', {});
  writeFile('packages/core/src/errors.ts', '');
  writeFile('packages/core/src/auth.ts', "import './errors.ts';\nimport type { K } from './keys/jwks.ts';");
  writeFile('packages/core/src/keys/jwks.ts', "import type { S } from './signature.ts';");
  writeFile('packages/core/src/keys/signature.ts', "import type { Auth } from '../auth.ts';\nimport './jwks.ts';");
  expect(findLayerProblems(root)).toEqual([
    expect.stringContaining('keys/jwks.ts → keys/signature.ts → keys/jwks.ts.'),
    expect.stringContaining('auth.ts → keys/jwks.ts → keys/signature.ts → auth.ts.'),
  ]);
});

test('refuses a file that imports itself', () => {
  writePackage('koa', {});
  writeFile('packages/koa/src/a.ts', "import './a.ts';");
  expect(findLayerProblems(root)).toEqual([expect.stringContaining('a.ts → a.ts')]);
});

test.each([
  ['core', 'keys/jwks.ts', '../token/parse.ts'],
  ['core', 'request/path.ts', '../keys/jwks.ts'],
  ['core', 'verifier.ts', './jwt/index.ts'],
  ['core', 'verifier.ts', './webhooks/index.ts'],
  ['next', 'browser/client.ts', '../server/proxy.ts'],
  ['next', 'server/proxy.ts', '../browser/turns.ts'],
  ['authz', 'policy/policy.ts', '../rules/rules.ts'],
  ['streams', 'keys/slot.ts', '../nats/store.ts'],
  ['emulator', 'database/store.ts', '../api/routes.ts'],
  ['emulator', 'users/users.ts', '../dashboard/routes.ts'],
  ['api', 'generated/users.ts', '../elsewhere/x.ts'],
  ['express', 'one/a.ts', '../two/b.ts'],
  ['express', 'index.ts', '../../core/src/index.ts'],
])('in %s, refuses that %s imports %s', (shortName, path, specifier) => {
  writePackage(shortName, {});
  for (const line of [`import { x } from '${specifier}';`, `import type { X } from '${specifier}';`]) {
    writeFile(`packages/${shortName}/src/${path}`, line);
    expect(findLayerProblems(root)).toEqual([
      expect.stringContaining(`packages/${shortName}/src/${path} may not import`),
    ]);
  }
});

test.each([
  ['core', 'keys/jwks.ts', 'jose', 'jwt'],
  ['core', 'index.ts', 'jose/jwt/verify', 'jwt'],
  ['authz', 'rules/rules.ts', 're2js', 'policy'],
  ['streams', 'keys/slot.ts', '@nats-io/kv', 'nats'],
])('in %s, refuses that %s imports %s', (shortName, path, specifier, owner) => {
  writePackage(shortName, {});
  writeFile(`packages/${shortName}/src/${path}`, `import { x } from '${specifier}';`);
  writeFile(`packages/${shortName}/src/${owner}/here.ts`, `import { x } from '${specifier}';`);
  expect(findLayerProblems(root)).toEqual([
    expect.stringContaining(`packages/${shortName}/src/${path} may not import ${specifier.replace(/^jose.*/, 'jose')}`),
  ]);
});

test('accepts imports in one direction, and ignores comments', () => {
  writePackage('next', {});
  writeFile('packages/next/src/paths.ts', "/**\n * import { x } from './server/proxy.ts';\n */\n// from './paths.ts'");
  writeFile('packages/next/src/server/proxy.ts', "import '../paths.ts';\nimport type { A } from './answer.ts';");
  writeFile('packages/next/src/server/answer.ts', "import type { Auth } from '@torii/core';");
  writeFile('packages/next/src/browser/client.ts', "import '../paths.ts';");
  expect(findLayerProblems(root)).toEqual([]);
});

test('the conformance package may import types of core, and no code', () => {
  writeFile(
    'conformance/package.json',
    JSON.stringify({ name: '@torii/conformance', peerDependencies: { '@torii/core': '*' } }),
  );
  writeFile(
    'conformance/src/index.ts',
    "import type { Check } from '@torii/core';\nexport type { Auth } from '@torii/core';",
  );
  expect(findLayerProblems(root)).toEqual([]);
  for (const line of [
    "import { refuse } from '@torii/core';",
    "export * from '@torii/core/adapter';",
    "import('@torii/core');",
  ]) {
    writeFile('conformance/src/index.ts', line);
    expect(findLayerProblems(root)).toEqual([
      'conformance/src/index.ts may only import types of @torii/core. See CONTRIBUTING.md, "Who may import whom".',
    ]);
  }
});

function writePackage(shortName: string, manifest: object): void {
  writeFile(`packages/${shortName}/package.json`, JSON.stringify({ name: `@torii/${shortName}`, ...manifest }));
  writeFile(`packages/${shortName}/src/index.ts`, '');
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
