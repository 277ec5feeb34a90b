// The first minutes of a user: a new project, packages from tarballs, the README's blocks, and nothing else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe } from 'vitest';
import { browserTest as test } from '../../../scripts/browser-test.ts';
import { packPackages } from '../../../scripts/packed-app.ts';
import { createProject, fontResponses, type ProjectOptions, pasteReadme, scriptOf } from './created-project.ts';
import { freePort, startNext } from './next-server.ts';
import { run } from './program.ts';
import { signInAndOut } from './signed-in-visit.ts';

const root = mkdtempSync(join(tmpdir(), 'torii-from-nothing-'));
let tarballs: ReadonlyMap<string, string>;
beforeAll(() => {
  tarballs = packPackages(join(root, 'tarballs'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const withSrc = ['--src-dir'];

describe.each<readonly [name: string, options: ProjectOptions]>([
  ['Next 16', { version: 16 }],
  ['Next 16 in src', { version: 16, flags: withSrc }],
  ['Next 15', { version: 15 }],
  ['Next 15 in src', { version: 15, flags: withSrc }],
])('%s', (name, options) => {
  const folder = join(root, name.toLowerCase().replaceAll(' ', '-'));
  const program = join(folder, 'node_modules', 'next', 'dist', 'bin', 'next');

  beforeAll(async () => {
    await createProject(folder, { ...options, install: true });
    const tarballOf = (each: string) => tarballs.get(`@torii/${each}`) ?? '';
    const install = ['install', '--no-audit', '--no-fund', '--prefer-offline'];
    await run(folder, 'npm', [...install, tarballOf('core'), tarballOf('next')]);
    await run(folder, 'npm', [...install, '--save-dev', tarballOf('emulator')]);
    pasteReadme(folder, options.version === 16 ? 'proxy.ts' : 'middleware.ts');
    await run(folder, 'npm', ['run', 'build'], {
      NODE_ENV: 'production',
      NEXT_FONT_GOOGLE_MOCKED_RESPONSES: fontResponses,
    });
  });

  test.for(['start', 'dev'] as const)('a user signs in and out with `next %s`', async (script, { openPage }) => {
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    await using emulator = await startEmulator({ allowedOrigins: [origin] });
    await using _server = await startNext(folder, [program, ...scriptOf(folder, script), '--port', String(port)], {
      NODE_ENV: script === 'start' ? 'production' : 'development',
      NEXT_FONT_GOOGLE_MOCKED_RESPONSES: fontResponses,
      TORII_ISSUER: emulator.issuer,
      APP_ORIGIN: origin,
    });
    const pathOf = (path: string) => path;
    await signInAndOut(await openPage(), { emulator, origin, pathOf, screenshots: `${name} from nothing, ${script}` });
  });
});
