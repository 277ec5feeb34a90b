import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nextSetup } from '../src/commands/init/next/index.ts';
import type { Project, SetupPlan } from '../src/commands/init/plan.ts';
import { createProject, init, readFiles } from './init-project.ts';

type Files = Readonly<Record<string, string>>;

const answers = { issuer: 'http://127.0.0.1:4100', usesEmulator: true };

const layout = `import "./globals.css";

export default function RootLayout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en">
      <body className="a">{children}</body>
    </html>
  );
}
`;
const app: Files = {
  'package.json': JSON.stringify({ dependencies: { next: '16.4.3' }, scripts: { dev: 'next dev' } }),
  'tsconfig.json': JSON.stringify({ compilerOptions: { paths: { '@/*': ['./*'] } } }),
  'app/layout.tsx': layout,
  'app/page.tsx': '',
};
const pages: Files = {
  'package.json': JSON.stringify({ dependencies: { next: '^15.5.0' } }),
  'tsconfig.json': '{}',
  'src/pages/_app.tsx': `import type { AppProps } from "next/app";

export default function App({ Component, pageProps }: AppProps) {
  return <Component {...pageProps} />;
}
`,
  'src/pages/index.tsx': '',
};

function projectOf(files: Files, options: Partial<Project> = {}): Project {
  return {
    files: {
      read: (path) => files[path],
      list: (folder) => Object.keys(files).filter((path) => folder === '' || path.startsWith(`${folder}/`)),
    },
    manifest: JSON.parse(files['package.json'] ?? '{}'),
    compilerOptions: JSON.parse(files['tsconfig.json'] ?? files['jsconfig.json'] ?? '{}').compilerOptions ?? {},
    packageManager: 'npm',
    language: 'ts',
    modules: 'commonjs',
    sourceEnding: '.ts',
    importEnding: '',
    testRunner: 'node:test',
    ...options,
  };
}

function planOf(files: Files, options: Partial<Project> = {}): SetupPlan & { readonly after: Files } {
  const plan = nextSetup.plan(projectOf(files, options), answers);
  const changed = Object.fromEntries(plan.changes.map(({ path, after }) => [path, after]));
  return { ...plan, after: { ...files, ...changed } };
}

test('a package with Next is recognized', () => {
  expect(nextSetup.detect(projectOf(app))).toBe(true);
  expect(nextSetup.detect(projectOf({ 'package.json': '{"dependencies":{"express":"5"}}' }))).toBe(false);
});

test('an app of Next 16 gets all files, with its import alias', () => {
  const { changes, after, manualSteps } = planOf(app);
  expect(changes.map(({ path }) => path).toSorted()).toEqual([
    'app/%5Ftorii/[...path]/route.ts',
    'app/account/page.tsx',
    'app/api/me/route.ts',
    'app/api/torii/token/route.ts',
    'app/layout.tsx',
    'app/sign-in/page.tsx',
    'proxy.ts',
    'session.tsx',
    'test/me.test.ts',
    'torii-options.ts',
    'torii.ts',
    'vitest.config.mts',
  ]);
  expect(manualSteps).toEqual([]);
  expect(after['app/api/me/route.ts']).toContain("from '@/torii'");
  expect(after['torii.ts']).toContain("from './torii-options'");
  expect(after['test/me.test.ts']).toContain("import('@/app/api/me/route')");
  expect(after['vitest.config.mts']).toContain("alias: { '@': import.meta.dirname }");
  expect(after['app/layout.tsx']).toContain('import "./globals.css";\nimport { Session } from "@/session";\n');
  expect(after['app/layout.tsx']).toContain('<body className="a"><Session>{children}</Session></body>');
});

test('an app of Next 15 with the pages router in src gets relative imports and a middleware', () => {
  const { changes, after } = planOf(pages);
  expect(changes.map(({ path }) => path).toSorted()).toEqual([
    'src/app/%5Ftorii/[...path]/route.ts',
    'src/app/api/torii/token/route.ts',
    'src/middleware.ts',
    'src/pages/_app.tsx',
    'src/pages/account.tsx',
    'src/pages/api/me.ts',
    'src/pages/sign-in.tsx',
    'src/session.tsx',
    'src/torii-options.ts',
    'src/torii.ts',
    'test/me.test.ts',
    'vitest.config.mts',
  ]);
  expect(after['src/middleware.ts']).toContain('export const middleware = createToriiProxy(options);');
  expect(after['src/pages/account.tsx']).toContain("from '../torii'");
  expect(after['test/me.test.ts']).toContain("import('../src/pages/api/me')");
  expect(after['vitest.config.mts']).not.toContain('alias');
  expect(after['src/pages/_app.tsx']).toBe(`import type { AppProps } from "next/app";
import { Session } from "../session";

export default function App({ Component, pageProps }: AppProps) {
  return (
    <Session>
      <Component {...pageProps} />
    </Session>
  );
}
`);
});

test('a JavaScript app gets JavaScript', () => {
  const files = {
    'package.json': app['package.json'] ?? '',
    'app/layout.js': layout.replace(/: \{ children.*?\}/, ''),
  };
  const { changes, after } = planOf({ ...files, 'app/page.js': '' }, { language: 'js', sourceEnding: '.js' });
  expect(changes.filter(({ path }) => /\.tsx?$|\.mts$/.test(path))).toEqual([]);
  expect(after['session.jsx']).not.toContain('ToriiSession');
  expect(after['vitest.config.mjs']).toBeDefined();
  expect(after['app/layout.js']).toContain('import { Session } from "../session";');
});

describe('a second run', () => {
  test.each([
    ['app router', app],
    ['pages router', pages],
    ['no layout', { ...app, 'app/layout.tsx': 'export default function Layout() {}' }],
  ])('changes nothing: %s', (_name, files) => {
    const first = planOf(files);
    const { changes, manualSteps } = planOf(first.after);
    expect([changes, manualSteps]).toEqual([[], first.manualSteps]);
  });

  test('keeps what the user has changed', () => {
    const { after } = planOf(app);
    const changed = { ...after, 'torii-options.ts': `${after['torii-options.ts']}// mine\n` };
    expect(planOf(changed).changes).toEqual([]);
  });

  test('writes a file again that the user has deleted, and no other', () => {
    const { 'app/account/page.tsx': page, ...rest } = planOf(app).after;
    expect(planOf(rest).changes).toEqual([{ path: 'app/account/page.tsx', before: undefined, after: page }]);
  });
});

test('the command writes settings and scripts, and writes the settings again in a fresh clone', async () => {
  const folder = createProject(app);
  const { code, stderr } = await init(folder);
  expect([code, stderr]).toEqual([0, expect.stringContaining('GET /api/me needs a token now.')]);
  expect(stderr).toContain('npx torii token mint --email ada@example.com --settings .env.local');
  const files = readFiles(folder);
  expect(files['.env.local']).toContain('APP_ORIGIN=http://localhost:3000');
  expect(JSON.parse(files['package.json'] ?? '').scripts).toEqual({
    dev: 'next dev',
    'dev:torii':
      'torii dev --seed torii-seed.json --settings .env.local --allow-origin http://localhost:3000 -- npm run dev',
    test: 'vitest run',
  });
  rmSync(join(folder, '.env.local'));
  expect((await init(folder)).code).toBe(0);
  const { '.env.local': again, ...others } = readFiles(folder);
  expect(again).toContain('TORII_ISSUER=http://127.0.0.1:4100');
  expect({ ...others, '.env.local': files['.env.local'] }).toEqual(files);
});

test('a file of the app in the place of one of ours is kept, and its code is a manual step', () => {
  const { after, manualSteps } = planOf({ ...app, 'session.tsx': 'export const a = 1;' });
  expect(after['session.tsx']).toBe('export const a = 1;');
  expect(manualSteps).toEqual([
    expect.objectContaining({ path: 'session.tsx', code: expect.stringContaining('createSession') }),
  ]);
});

test.each([
  ['app router', { ...app, 'app/account/page.tsx': '', 'app/sign-in/page.tsx': '', 'pages/api/me.ts': '' }],
  [
    'pages router',
    { ...pages, 'src/pages/account.tsx': '', 'src/pages/sign-in/index.tsx': '', 'src/pages/api/me.ts': '' },
  ],
])('pages and routes get other paths if the app has theirs: %s', (_name, files) => {
  const { after, guarded, otherRoutes, manualSteps } = planOf(files);
  expect([guarded, manualSteps]).toEqual([['GET /api/torii/me'], []]);
  expect(otherRoutes?.[0]).toBe('/torii-account sends signed-out users to /torii-sign-in.');
  const texts = Object.entries(after).map(([path, text]) => `${path}\n${text}`);
  const textOf = (part: string) => texts.find((text) => text.includes(part)) ?? '';
  expect(textOf('torii-options.ts\n')).toContain("signInPath: '/torii-sign-in'");
  expect(textOf('torii-options.ts\n')).toMatch(/'\/account'.*'\/api\/me'|'\/api\/me'.*'\/account'/);
  expect(textOf('test/me.test.ts\n')).toMatch(/import\('(?:@\/app|\.\.\/src\/pages)\/api\/torii\/me/);
  expect(textOf('test/me.test.ts\n')).toContain('GET /api/torii/me refuses');
  const account = Object.keys(after).find((path) => path.includes('torii-account')) ?? '';
  expect(after[account]).toMatch(/returnTo: '\/torii-account'|\/torii-sign-in\?/);
  expect(planOf(after).changes).toEqual([]);
});

describe('an existing proxy', () => {
  const written = `import { NextResponse, type NextRequest } from 'next/server';

// Runs for every page.
export function proxy(request: NextRequest) {
  return NextResponse.next({ headers: { 'x-path': request.nextUrl.pathname } });
}

export const config = { matcher: '/about/:path*' };
`;

  test('becomes the handler of ours, and keeps its matcher', () => {
    const { after, manualSteps } = planOf({ ...app, 'proxy.ts': written });
    expect(manualSteps).toEqual([]);
    expect(after['proxy.ts']).toBe(`import { NextResponse, type NextRequest } from 'next/server';
import { createToriiProxy } from '@torii/next/proxy';
import { options } from './torii-options';

// Runs for every page.
function respond(request: NextRequest) {
  return NextResponse.next({ headers: { 'x-path': request.nextUrl.pathname } });
}

export const config = { matcher: '/about/:path*' };

// respond runs for the requests that Torii lets through.
export const proxy = createToriiProxy(options, respond);
`);
    expect(planOf(after).changes).toEqual([]);
  });

  test.each([
    ['async', 'export async function proxy(request) {\n  return NextResponse.next();\n}\n', 'async function respond('],
    ['default', 'export default function anything() {\n  return Response.json(1);\n}\n', 'function respond()'],
    [
      'without a name',
      'export default async function (request) {\n  return x;\n}\n',
      'async function respond(request)',
    ],
    ['an arrow', 'export const proxy = async (request) => {\n  return x;\n};\n', 'const respond = async (request) =>'],
  ])('is composed: %s', (_name, text, expected) => {
    const { after, manualSteps } = planOf({ ...app, 'proxy.ts': text });
    expect(manualSteps).toEqual([]);
    expect(after['proxy.ts']).toContain(`\n${expected}`);
    expect(after['proxy.ts']?.match(/^export /gm)).toHaveLength(1);
  });

  test.each([
    ['a wrapper of another package', 'export default auth((request) => {\n  return x;\n});\n'],
    ['a second parameter', 'export function proxy(request, event) {\n  return x;\n}\n'],
    ['a function that returns nothing', 'export function proxy(request) {\n  log(request);\n}\n'],
    ['a re-export', "export { auth as proxy } from './auth';\n"],
    ['a name that is taken', 'const respond = 1;\nexport function proxy(request) {\n  return x;\n}\n'],
    ['an export that is used', 'export function proxy(request) {\n  return request.a ? proxy(request) : x;\n}\n'],
    ['another export', 'export function proxy(request) {\n  return x;\n}\nexport const runtime = 1;\n'],
  ])('is left alone: %s', (_name, text) => {
    const { after, manualSteps, otherRoutes } = planOf({ ...app, 'proxy.ts': text });
    expect(after['proxy.ts']).toBe(text);
    expect(otherRoutes).toContainEqual(expect.stringContaining('proxy.ts checks no token yet'));
    expect(manualSteps).toEqual([
      expect.objectContaining({ path: 'proxy.ts', code: expect.stringContaining('createToriiProxy(options') }),
    ]);
  });

  test('a middleware.ts of Next 16 keeps its name', () => {
    const { after } = planOf({ ...app, 'middleware.ts': written.replace('function proxy', 'function middleware') });
    expect(after['middleware.ts']).toContain('export const middleware = createToriiProxy(options, respond);');
    expect(after['proxy.ts']).toBeUndefined();
  });
});

describe('routes that the app had before', () => {
  const optionsOf = (files: Files) => {
    const { after, unguarded, changes } = planOf(files);
    const listed = /publicPaths: (\[[^\]]*\])/.exec(after['torii-options.ts'] ?? '')?.[1] ?? '';
    const paths = [...listed.matchAll(/'([^']+)'/g)].map(([, path]) => path);
    return { paths, unguarded, written: changes.map(({ path }) => path) };
  };

  test('stay public, and are listed', () => {
    const { paths, unguarded } = optionsOf({
      ...app,
      'app/(shop)/items/page.tsx': '',
      'app/(shop)/items/[id]/page.tsx': '',
      'app/docs/[[...slug]]/page.mdx': '',
      'app/api/stripe/route.ts': '',
      'app/@modal/about/page.tsx': '',
      'app/items/(..)photo/page.tsx': '',
      'app/_parts/page.tsx': '',
      'app/%5Fhealth/route.ts': '',
      'app/items/list.tsx': '',
      'pages/_app.tsx': '',
      'pages/404.tsx': '',
      'pages/api/hello.ts': '',
      'pages/old/index.tsx': '',
      'public/next.svg': '',
      'public/robots.txt': '',
      'public/logo.png': '',
      'public/fonts/a.woff2': '',
      'public/images/a.png': '',
    });
    expect(paths.toSorted()).toEqual([
      '/',
      '/_health',
      '/about',
      '/api/hello',
      '/api/stripe',
      '/docs',
      '/docs/*',
      '/fonts/*',
      '/items',
      '/items/*',
      '/logo.png',
      '/old',
    ]);
    expect(unguarded).toEqual(paths);
  });

  test('cannot be listed if a page can have any path, so there is no proxy', () => {
    const { written } = optionsOf({ ...app, 'app/[slug]/page.tsx': '' });
    expect(written).toContain('app/api/me/route.ts');
    expect(written).not.toContain('proxy.ts');
    const own = 'export function proxy(request) {\n  return x;\n}\n';
    expect(optionsOf({ ...app, 'app/[slug]/page.tsx': '', 'proxy.ts': own }).written).not.toContain('proxy.ts');
  });

  test('with a proxy of the app, the files that its matcher may have are public too', () => {
    const files = { ...app, 'public/next.svg': '', 'proxy.ts': 'export function proxy(request) {\n  return x;\n}\n' };
    expect(optionsOf(files).paths).toEqual(['/', '/next.svg', '/_next/image']);
  });

  test('do not include what an earlier run wrote', () => {
    const { 'torii-options.ts': options, ...rest } = planOf(app).after;
    expect(planOf(rest).after['torii-options.ts']).toBe(options);
  });
});

describe('an existing root layout', () => {
  test.each([
    ['without a body', 'export default function Layout({ children }) {\n  return <Html>{children}</Html>;\n}\n'],
    ['with children twice', '<body>{children}<aside>{children}</aside></body>'],
    ['with children in a comment alone', '<body>{/* {children} */}{props.children}</body>'],
    ['with another Session', "import { Session } from './other';\n<body>{children}</body>"],
  ])('is left alone: %s', (_name, text) => {
    const { after, manualSteps } = planOf({ ...app, 'app/layout.tsx': text });
    expect(after['app/layout.tsx']).toBe(text);
    expect(manualSteps).toEqual([
      expect.objectContaining({ path: 'app/layout.tsx', code: expect.stringContaining("from '@/session'") }),
    ]);
  });

  test('below a parameter is edited, and the new pages get a layout in a group', () => {
    const { 'app/layout.tsx': _layout, ...rest } = app;
    const { after, manualSteps } = planOf({ ...rest, 'app/[locale]/layout.tsx': layout, 'app/[locale]/page.tsx': '' });
    expect(manualSteps).toEqual([]);
    expect(after['app/[locale]/layout.tsx']).toContain('<Session>{children}</Session>');
    expect(after['app/(torii)/layout.tsx']).toContain('<Session>{children}</Session>');
    expect(after['app/(torii)/sign-in/page.tsx']).toBeDefined();
    expect(after['app/layout.tsx']).toBeUndefined();
    expect(planOf(after).changes).toEqual([]);
  });

  test('of each route group is edited if there are several', () => {
    const { 'app/layout.tsx': _layout, ...rest } = app;
    const { after } = planOf({ ...rest, 'app/(a)/layout.tsx': layout, 'app/(b)/layout.tsx': layout });
    expect(after['app/(a)/layout.tsx']).toContain('<Session>');
    expect(after['app/(b)/layout.tsx']).toContain('<Session>');
    expect(after['app/(torii)/account/page.tsx']).toBeDefined();
    expect(planOf(after).changes).toEqual([]);
  });

  test('in a route group has the pages below it', () => {
    const { 'app/layout.tsx': _layout, ...rest } = app;
    const files = { ...rest, 'app/(site)/layout.tsx': layout };
    const { after } = planOf(files);
    expect(after['app/(site)/sign-in/page.tsx']).toContain("from '@/session'");
    expect(after['app/api/me/route.ts']).toBeDefined();
  });
});

describe('settings of the app', () => {
  test('a port of the script dev is part of the origin', () => {
    const scripts = { dev: 'next dev --turbopack -p 4000' };
    const manifest = JSON.stringify({ dependencies: { next: '16' }, scripts });
    const { variables, devOptions } = planOf({ ...app, 'package.json': manifest });
    expect([variables, devOptions]).toEqual([
      { APP_ORIGIN: 'http://localhost:4000' },
      ['--allow-origin http://localhost:4000'],
    ]);
  });

  test('a basePath is part of the shown paths', () => {
    const { guarded } = planOf({ ...app, 'next.config.ts': "export default { basePath: '/shop' };" });
    expect(guarded[0]).toContain('/shop/api/me');
  });

  test('with languages, the image optimizer is public', () => {
    const { after } = planOf({ ...pages, 'next.config.js': "module.exports = { i18n: { locales: ['en'] } };" });
    expect(after['src/torii-options.ts']).toContain("publicPaths: ['/', '/_next/image']");
  });

  test('an existing configuration of vitest is kept, and an alias that it does not know is not used', () => {
    const { changes, after } = planOf({ ...app, 'vitest.config.ts': 'export default {};' });
    expect(changes.map(({ path }) => path)).not.toContain('vitest.config.mts');
    expect(after['test/me.test.ts']).toMatch(/^\/\/ @vitest-environment node\n/);
    expect(after['app/api/me/route.ts']).toContain("from '../../../torii'");
  });

  test('Jest does not find the test, which vitest runs', () => {
    const devDependencies = { jest: '30' };
    const manifest = JSON.stringify({ dependencies: { next: '16' }, devDependencies, scripts: { test: 'jest' } });
    const { after, testCommand } = planOf({ ...app, 'package.json': manifest });
    expect(after['test/me.vitest.ts']).toBeDefined();
    expect(after['vitest.config.mts']).toContain("'test/**/*.vitest.{js,ts}'");
    expect(testCommand).toBe('vitest run');
  });

  test.each([
    ['Next 14', { ...app, 'package.json': '{"dependencies":{"next":"^14.2.0"}}' }, 'Found: Next 14'],
    [
      'an app without a server',
      { ...app, 'next.config.ts': "export default { output: 'export' };" },
      "output: 'export'",
    ],
  ])('%s is refused', (_name, files, message) => {
    expect(() => planOf(files)).toThrow(message);
  });
});

describe('what is not protected is not called so', () => {
  test('if the guard was taken out of the route since', () => {
    const { after } = planOf(app);
    const route = after['app/api/me/route.ts'] ?? '';
    expect(planOf(after).guarded).toEqual(['GET /api/me']);
    const open = {
      'app/api/me/route.ts': route.replace('torii.withAuth(', '(').replace(/\(_request.*/, '() => new Response();'),
    };
    expect(planOf({ ...after, ...open }).guarded).toEqual([]);
  });

  test('if Next 15 does not run the file proxy.ts', () => {
    const { after } = planOf({ ...pages, 'src/proxy.ts': 'export function proxy(request) {\n  return request;\n}\n' });
    expect(after['src/proxy.ts']).not.toContain('createToriiProxy');
    expect(after['src/middleware.ts']).toContain('createToriiProxy');
  });

  test('if Next ignores files with these endings', () => {
    const config = (list: string) => ({ 'next.config.mjs': `export default { pageExtensions: [${list}] };` });
    expect(() => planOf({ ...app, ...config("'page.tsx', 'page.ts'") })).toThrow('pageExtensions');
    expect(planOf({ ...app, ...config("'ts', 'tsx', 'mdx'") }).guarded).toEqual(['GET /api/me']);
  });
});
