// Installed by npm, with every hole, and the Vitest function with an adapter.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installApp, packPackages, versionOf, writeFileAt } from '../../scripts/packed-app.ts';
import { holes } from './foreign-server.mjs';
import { findings, lacking } from './found-holes.ts';

const root = mkdtempSync(join(tmpdir(), 'torii-conformance-'));
const folder = join(root, 'app');

beforeAll(() => {
  const tarballs = packPackages(join(root, 'tarballs'));
  installApp(folder, tarballs, ['@torii/conformance', '@torii/core', '@torii/express'], {
    express: versionOf('express', 'conformance'),
    jose: versionOf('jose', 'conformance'),
    vitest: versionOf('vitest', 'conformance'),
  });
  cpSync(join(import.meta.dirname, 'foreign-server.mjs'), join(folder, 'server.mjs'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the installed command finds that a server', () => {
  test.each(holes)('%s', (hole) => {
    const args = ['--level', 'decisions', '--without', lacking.join(','), '--', process.execPath, 'server.mjs', hole];
    const { status, stdout } = spawnSync(join('node_modules', '.bin', 'torii-conformance'), args, {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stdout).toContain(findings[hole]);
    expect(status).toBe(1);
  });
});

test('the Vitest function finds a guard that is missing', () => {
  writeFileAt(
    join(folder, 'adapter.test.js'),
    `import { createVerifier } from '@torii/core';
import { describeConformance } from '@torii/conformance/vitest';
import { requireAuth } from '@torii/express';
import express from 'express';

function createApp({ verifier, visit }) {
  const handle = (handler) => (req, res) => {
    visit(handler);
    res.json({ handler, userId: req.auth?.userId ?? null });
  };
  const app = express();
  app.get(['/health', '/docs/*page'], handle('public')); // Before the guard, by mistake: Express ignores case and a trailing slash.
  return app.use(requireAuth(verifier), handle('rest'));
}

describeConformance('app', { createApp, createVerifier }, { without: ['optional', 'checks'] });
`,
  );
  const { stdout, status } = spawnSync(join('node_modules', '.bin', 'vitest'), ['run', '--reporter=verbose'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', VITEST: undefined },
  });
  expect(stdout).toMatch(/× .*a path that only resembles a public path: \/HEALTH/);
  expect(stdout).toMatch(/✓ .*an expired token/);
  expect(stdout).toMatch(/↓ .*cases are left out: needs webhooks/);
  expect(status).toBe(1);
});
