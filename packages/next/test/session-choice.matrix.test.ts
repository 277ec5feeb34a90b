// docs/react-provider.md chooses between Torii's provider and the emulator when the app is built.
import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { builtApp, nextProgram } from './apps.ts';
import { buildLimitMs } from './running-app.ts';

/** Texts that only the code of the emulator, or of the stand-in for the provider, has. */
const marks = {
  emulator: 'createSession: `issuer` is not a string',
  provider: 'Render the page inside of <ToriiProvider>',
};

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const layout = `
import type { ReactNode } from 'react';
import { Session, SignOut } from '../session';

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Session>
          <SignOut />
          {children}
        </Session>
      </body>
    </html>
  );
}
`;

test.for([
  ['with a key, no code of the emulator', 'Next 16, proxy.ts', ['--turbopack'], 'pk_live_x', 'provider'],
  ['with a key, no code of the emulator', 'Next 16, proxy.ts', ['--webpack'], 'pk_live_x', 'provider'],
  ['with a key, no code of the emulator', 'Next 15, middleware.ts', [], 'pk_live_x', 'provider'],
  ['without a key, the code of the emulator', 'Next 16, proxy.ts', ['--turbopack'], '', 'emulator'],
] as const)('a build has %s: %s %s', { timeout: buildLimitMs }, async ([_name, variant, flags, key, expected]) => {
  const built = await builtApp(variant);
  const folder = join(dirname(built), `session-choice-${folders.length}`);
  folders.push(folder);
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['node_modules', 'next.config.ts', 'tsconfig.json', 'package.json'])
    cpSync(join(built, name), join(folder, name), { recursive: true, verbatimSymlinks: true });
  const provider = join(import.meta.dirname, 'fixture-provider');
  for (const name of ['session.tsx', 'torii-react'])
    cpSync(join(provider, name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app', 'layout.tsx'), layout);
  writeFileSync(join(folder, 'app', 'page.tsx'), 'export default function Page() {\n  return <p>Hello</p>;\n}\n');
  const env = {
    ...process.env,
    NODE_ENV: 'production' as const,
    NEXT_TELEMETRY_DISABLED: '1',
    NEXT_PUBLIC_TORII_PUBLISHABLE_KEY: key,
  };
  await promisify(execFile)(process.execPath, [nextProgram(folder), 'build', ...flags], { cwd: folder, env });
  const scripts = globSync('.next/{static,server}/**/*.js', { cwd: folder }).map((file) =>
    readFileSync(join(folder, file), 'utf8'),
  );
  expect(scripts.some((script) => script.includes(marks[expected]))).toBe(true);
  if (expected === 'provider') expect(scripts.filter((script) => script.includes(marks.emulator))).toEqual([]);
});
