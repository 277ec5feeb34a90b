// `torii init` in the projects that the generators of the frameworks write, with packages from a registry. Each project is then
// used as its owner would: the test that was written, the development script, a token, and a second run.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEmulator } from '../../packages/emulator/src/index.ts';
import { createProject, fontResponses } from '../../packages/next/test/created-project.ts';
import { freePort } from '../../packages/next/test/next-server.ts';
import { signInAndOut } from '../../packages/next/test/signed-in-visit.ts';
import { browserTest } from '../browser-test.ts';
import { configuredRegistry, describeUnreachable, type LocalRegistry, startLocalRegistry } from '../local-registry.ts';
import { writeFileAt } from '../packed-app.ts';
import { answers } from './answering-port.ts';
import { runLine, type ShellOptions, startLine } from './shell.ts';

interface Generator {
  readonly framework: string;
  /** The lines that write the project, in an empty folder. */
  readonly lines?: readonly string[];
  /** Writes the files itself, if the generator needs GitHub. Otherwise changes the files that the generator wrote. */
  readonly write?: (folder: string, port: number) => void | Promise<void>;
  /** Lines that a user runs before a deployment. */
  readonly build?: string;
  /** What `torii init` needs besides `--yes`. */
  readonly options?: string;
}

const generators: Readonly<Record<string, Generator>> = {
  'express-generator': {
    framework: 'Express',
    lines: ['npx express-generator@4.16.1 --no-view --git .'],
  },
  'koa-generator': {
    framework: 'Koa',
    lines: ['npx --package=koa-generator@1.1.17 koa2 .'],
  },
  'npm init fastify': {
    framework: 'Fastify',
    lines: ['npm init --yes', 'npm init fastify@5.0.0 . -- --integrate'],
  },
  'the template nodejs of create-hono': {
    framework: 'Hono',
    write: writeHono,
    build: 'npm run build',
  },
  'npm init and tsc --init': {
    framework: 'node:http',
    lines: ['npm init --yes', 'npx --package=typescript@6.0.3 tsc --init'],
    options: '--framework node',
    build: 'npx tsc --noEmit',
  },
  'create-next-app 16': {
    framework: 'Next.js',
    write: (folder) => createProject(folder, { version: 16 }),
    build: 'npm run build',
  },
  'create-next-app 16 with JavaScript and a proxy': {
    framework: 'Next.js',
    write: async (folder) => {
      await createProject(folder, { version: 16, flags: ['--js'] });
      writeFileAt(join(folder, 'proxy.js'), ownProxy);
    },
    build: 'npm run build',
  },
  'create-next-app 15 with src and the pages router': {
    framework: 'Next.js',
    write: (folder) => createProject(folder, { version: 15, flags: ['--src-dir', '--no-app'] }),
    build: 'npm run build',
  },
};

const ownProxy = `import { NextResponse } from "next/server";

export function proxy(request) {
  return NextResponse.next({ headers: { "x-own": request.nextUrl.pathname } });
}

export const config = { matcher: "/((?!_next/).*)" };
`;

const root = mkdtempSync(join(tmpdir(), 'torii-init-'));
const unreachable = describeUnreachable(configuredRegistry());
let registry: LocalRegistry;

beforeAll(async () => {
  if (unreachable === undefined) registry = await startLocalRegistry(join(root, 'registry'));
});

afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

beforeEach(({ skip }) => {
  if (unreachable === undefined) return;
  if (process.env['CI'] === 'true') throw new Error(unreachable);
  skip(unreachable);
});

describe.each(Object.entries(generators))('%s', (name, generator) => {
  const folder = join(root, name.replaceAll(/\W+/g, '-').toLowerCase());
  let port: number;
  let app: ShellOptions;
  const run = (line: string): Promise<string> => runLine(line, app);
  const scripts = (): Readonly<Record<string, string>> =>
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).scripts;
  /** Finds a script of package.json by the beginning of its command. */
  const scriptOf = (start: string): string => {
    const [found] = Object.entries(scripts()).find(([, line]) => line.startsWith(start)) ?? [];
    if (found === undefined) throw new Error(`No script begins with ${start}: ${JSON.stringify(scripts())}`);
    return found;
  };
  let output: string;

  beforeAll(async () => {
    if (unreachable !== undefined) return;
    port = await freePort();
    const environment = {
      ...registry.environment,
      PORT: String(port),
      NEXT_TELEMETRY_DISABLED: '1',
      NEXT_FONT_GOOGLE_MOCKED_RESPONSES: fontResponses,
    };
    app = { folder, environment };
    mkdirSync(folder);
    for (const line of generator.lines ?? []) await run(line);
    await generator.write?.(folder, port);
    await run('git init --quiet && git add --all && git -c user.name=a -c user.email=a@b.c commit --quiet -m a');
  });

  test('uncommitted changes are refused without --force', async () => {
    writeFileAt(join(folder, 'note.txt'), 'mine');
    await expect(run('npx @torii/cli init --yes')).rejects.toThrow('There are uncommitted changes.');
    expect(await run('git status --porcelain')).toBe('?? note.txt\n');
    output = await run(`npx @torii/cli init --yes --force ${generator.options ?? ''}`);
    expect(output).toContain(`Framework: ${generator.framework}.`);
    expect(readFileSync(join(folder, 'note.txt'), 'utf8')).toBe('mine');
  });

  test('the test that was written passes', async () => {
    const script = output.match(/^Run the test: +(.+)$/m)?.[1] ?? '';
    const result = await run(script);
    expect(result).toMatch(/^# pass 3$|^ℹ pass 3$|Tests .*3 passed/m);
  });

  test.runIf(generator.build)('the app can be built', async () => {
    await run(`NODE_ENV=production ${generator.build}`);
  });

  if (generator.framework === 'Next.js') {
    browserTest('a user signs in, opens the protected page and signs out', async ({ openPage }) => {
      const origin = `http://localhost:${port}`;
      await using emulator = await startEmulator({ allowedOrigins: [origin] });
      const variables = { TORII_ISSUER: emulator.issuer, APP_ORIGIN: origin, NODE_ENV: 'production' };
      const built = { folder, environment: { ...app.environment, ...variables } };
      await using _app = await startLine(`npm start -- --port ${port}`, built, () => answers(port));
      const visit = { emulator, origin, page: '/account', routes: ['/api/me'], screenshots: `${name} after init` };
      await signInAndOut(await openPage(), { ...visit, pathOf: (path) => path });
    });
  }

  test('with the development script, the route answers 401 without a token and 200 with one', async () => {
    const emulator = String(await freePort());
    const issuer = `http://127.0.0.1:${emulator}`;
    const development = { NODE_ENV: 'development', TORII_EMULATOR_PORT: emulator };
    const first = { folder, environment: { ...app.environment, ...development } };
    const second = { folder, environment: { ...app.environment, TORII_ISSUER: issuer, TORII_API_URL: issuer } };
    await using _app = await startLine(`npm run ${scriptOf('torii dev')}`, first, () => answers(port));
    const route = output.match(/^GET (\S+) needs a token now/m)?.[1] ?? '';
    const url = `http://localhost:${port}${route}`;
    expect((await fetch(url)).status).toBe(401);
    const mint = output.match(/^Get a token from it: +(.+)$/m)?.[1] ?? '';
    const token = (await runLine(mint, second)).trim();
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect([response.status, await response.json()]).toEqual([200, { userId: expect.stringMatching(/./) }]);
  });

  test('a second run changes nothing', async () => {
    await run('git add --all && git -c user.name=a -c user.email=a@b.c commit --quiet -m b');
    expect(await run('npx @torii/cli init --yes')).toContain('Nothing to change: Torii is set up.');
    expect(await run('git status --porcelain')).toBe('');
  });
});

/** Writes an app like the `nodejs` template of `create-hono`, which loads its templates from GitHub. */
function writeHono(folder: string, port: number): void {
  const manifest = {
    name: basename(folder),
    type: 'module',
    scripts: { dev: 'tsx watch src/index.ts', build: 'tsc', start: 'node dist/index.js' },
    dependencies: { '@hono/node-server': '^2.1.8', hono: '^4.13.19' },
    devDependencies: { '@types/node': '^24.0.0', tsx: '^4.0.0', typescript: '^5.8.3' },
  };
  const compilerOptions = {
    target: 'ESNext',
    module: 'NodeNext',
    strict: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
    types: ['node'],
    jsx: 'react-jsx',
    jsxImportSource: 'hono/jsx',
    outDir: './dist',
  };
  writeFileAt(join(folder, 'package.json'), JSON.stringify(manifest, undefined, 2));
  writeFileAt(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, exclude: ['node_modules'] }, undefined, 2),
  );
  writeFileAt(join(folder, '.gitignore'), 'node_modules\ndist\n.env\n');
  writeFileAt(
    join(folder, 'src/index.ts'),
    `import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const app = new Hono()

app.get('/', (c) => c.text('Hello'))

serve({ fetch: app.fetch, port: ${port} }, (info) => console.log(info.port))
`,
  );
}
