// Next 15.0 and React 18, the oldest versions that the package allows: no `forbidden`, and other errors than later versions.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installApp, packPackages, writeFileAt } from '../../../scripts/packed-app.ts';
import { freePort, type NextServer, startNext } from './next-server.ts';
import { cookie, html, type RawRequest, send } from './raw.ts';

const files = {
  'torii-options.ts': `import type { ToriiNextOptions } from '@torii/next';
export const options: ToriiNextOptions = {
  issuer: process.env.TORII_ISSUER ?? 'https://issuer.test',
  signInPath: '/sign-in',
  origins: [process.env.APP_ORIGIN ?? 'https://app.test'],
  publicPaths: ['/refused', '/act'],
};`,
  'torii.ts': `import { createToriiNext } from '@torii/next';
import { options } from './torii-options';
export const torii = createToriiNext(options);`,
  'middleware.ts': `import { createToriiProxy } from '@torii/next/proxy';
import { options } from './torii-options';
export const middleware = createToriiProxy(options);`,
  'app/layout.tsx':
    'export default function Layout({ children }) {\n  return <html lang="en"><body>{children}</body></html>;\n}',
  'app/refused/page.tsx': `import { torii } from '../../torii';
export default async function Page() {
  await torii.protect({ returnTo: '/refused' }, () => false);
  return <p>protected-bytes</p>;
}`,
  'app/private/page.tsx': `import { torii } from '../../torii';
export default async function Page() {
  const { userId } = await torii.protect({ returnTo: '/private' });
  return <p>{userId}</p>;
}`,
  'app/act/page.tsx': `import { torii } from '../../torii';
async function act() {
  'use server';
  await torii.protect(() => false);
}
export default function Page() {
  return <form action={act}><button>Act</button></form>;
}`,
  'next.config.mjs': 'export default { typescript: { ignoreBuildErrors: true } };',
};

const folder = mkdtempSync(join(tmpdir(), 'torii-oldest-next-'));
let emulator: Emulator;
let built: string;
let server: NextServer;
let url: string;
beforeAll(async () => {
  emulator = await startEmulator();
  const app = join(folder, 'app');
  const versions = { next: '15.0.8', react: '18.3.1', 'react-dom': '18.3.1', typescript: '5.9.3' };
  const types = { '@types/react': '18', '@types/node': '22' };
  installApp(app, packPackages(join(folder, 'tarballs')), ['@torii/next'], { ...versions, ...types });
  for (const [name, text] of Object.entries(files)) writeFileAt(join(app, name), text);
  const next = join(app, 'node_modules', 'next', 'dist', 'bin', 'next');
  const production = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' };
  const build = spawnSync(process.execPath, [next, 'build'], { cwd: app, encoding: 'utf8', env: production });
  built = build.stdout + build.stderr;
  if (build.status !== 0) throw new Error(built);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const args = [next, 'start', '--port', String(port), '--hostname', '127.0.0.1'];
  server = await startNext(app, args, { TORII_ISSUER: emulator.issuer, APP_ORIGIN: url });
}, 600_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await emulator?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (path: string, request: RawRequest) => send(url, path, request);

test('builds without a warning', () => {
  expect(built).not.toMatch(/warn/i);
});

test('pages redirect, let in and refuse, without a line in the log', async () => {
  const token = cookie(await emulator.token({ userId: 'ada' }));
  expect((await ask('/private', { headers: [html, token] })).body).toContain('ada');
  const before = server.output();
  for (const header of [
    ['Accept-Language', 'en'],
    ['Next-Action', 'a'],
    ['Origin', 'null'],
  ] as const) {
    const signedOut = await ask('/refused', { headers: [html, header] });
    expect([signedOut.status, signedOut.headers.get('location')]).toEqual([307, '/sign-in?return_to=%2Frefused']);
  }
  const refused = await ask('/refused', { headers: [html, token] });
  expect([refused.status, refused.body.includes('protected-bytes'), server.output()]).toEqual([404, false, before]);
});

test('an action tells why it refused', async () => {
  const token = cookie(await emulator.token({ userId: 'ada' }));
  const { body: page } = await ask('/act', { headers: [html] });
  const action = /\$ACTION_ID_(\w+)/.exec(page)?.[1] ?? '';
  const call = [
    ['Next-Action', action],
    ['Content-Type', 'text/plain;charset=UTF-8'],
    ['Origin', url],
  ] as const;
  for (const [headers, reason] of [
    [[], 'torii.token_missing'],
    [[token], 'torii.not_allowed'],
  ] as const) {
    const { body } = await ask('/act', { method: 'POST', headers: [...call, ...headers], body: '[]' });
    expect(body).toContain(reason);
  }
});
