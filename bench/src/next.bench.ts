// Measures the cost of a guard in a Next.js app: bytes at the edge, requests per second, and the time of a sign-in.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startEmulator } from '@torii/emulator';
import { build, type Metafile } from 'esbuild';
import { builtApp } from '../../packages/next/test/apps.ts';
import { freePort } from '../../packages/next/test/next-server.ts';
import { startApp } from '../../packages/next/test/running-app.ts';
import { launchChromium } from '../../scripts/chromium.ts';
import { findProgram } from '../../scripts/programs.ts';
import { repository } from '../../scripts/workspace.ts';
import { atMost, formatNumber, withSpread } from './limits.ts';
import { announceSteps, tellProgress } from './progress.ts';
import { type Contender, measureInRounds, median, ratiosTo, spreadOf } from './rounds.ts';
import { type Chart, type Limit, reportSection, type Table } from './section.ts';
import { roundsOr, scaled } from './settings.ts';
import { measureSignIn, signInSteps } from './sign-in.ts';

const rounds = roundsOr(7);
const roundMs = scaled(1_500);
const concurrent = 32;

announceSteps(3);
tellProgress('Building apps', 0);
const sizes = await measureSize();
const speed = await measureSpeed();
const signIn = await measureSignIns();
reportSection({
  title: 'A guard in Next.js',
  text: [
    `The project that \`create-next-app\` makes, with Cache Components in Next 16. \`next start\`, ${concurrent} requests at a time. The bytes are those of a middleware that Next 15 builds for the edge.`,
  ],
  rounds,
  tables: [...sizes.tables, speed, ...signIn.tables],
  charts: signIn.charts,
  limits: sizes.limits,
});

async function measureSize(): Promise<{ readonly tables: readonly Table[]; readonly limits: readonly Limit[] }> {
  const folder = await builtApp('Next 15, middleware.ts');
  const built = join(folder, '.next');
  const manifest = JSON.parse(readFileSync(join(built, 'server', 'middleware-manifest.json'), 'utf8'));
  const files: readonly string[] = manifest.middleware['/'].files;
  const whole = files.map((file) => readFileSync(join(built, file)));
  const proxy = "import { createToriiProxy } from '@torii/next/proxy';";
  const options = "issuer: process.env.TORII_ISSUER, signInPath: '/sign-in', origins: [process.env.APP_ORIGIN]";
  const middleware = `${proxy} export const middleware = createToriiProxy({ ${options} });`;
  const { code: ours } = await bundle(folder, middleware);
  // The file names in the build do not show the source folders.
  const { metafile } = await bundle(join(repository, 'packages', 'next'), middleware, '@torii/source');
  const { code: renewing } = await bundle(
    folder,
    `${proxy} import { renewInProxy } from '@torii/next/renewal'; export const middleware = createToriiProxy({ ${options}, renewInProxy });`,
  );
  const tables = [
    {
      title: 'Bytes of a guard in Next.js',
      columns: ['', 'minified', 'gzip'],
      rows: [
        ['`middleware.ts` of the tests at the edge, complete, with `renewInProxy`', ...sizesOf(Buffer.concat(whole))],
        ['@torii/next and @torii/core in a middleware', ...sizesOf(ours)],
        ['the same, with `renewInProxy`', ...sizesOf(renewing)],
      ],
    },
    {
      title: 'What these bytes are made of',
      note: `Minified, by folder of \`src/\`, without \`renewInProxy\`. Imported from Next: ${importedBy(metafile).join(', ')}.`,
      columns: ['', 'minified', 'share'],
      rows: partsOf(metafile).map(([name, bytes]) => [
        name,
        `${formatNumber(bytes / 1000)} kB`,
        `${Math.round((bytes / ours.length) * 100)} %`,
      ]),
    },
  ];
  const limit = atMost(
    "Bytes of @torii/next and @torii/core in Next's edge middleware",
    11,
    'kB gzip',
    packed(ours) / 1000,
    'Verifying a token takes three quarters of it: keys, cache, claims, and core’s options, which are checked with messages that say what to write. Without any message, it would be 15 % less. The proxy adds cookies, origins, public paths, redirects and its own options. Tried, from 36.5 kB: an entry without pages, routes and `next/headers` (27.8), renewal as an import (22.7), requests read as Next shows them, without the frameworks that core recognizes (19.4), and names of other libraries’ options only in `createToriiNext` (18.9).',
  );
  return { tables, limits: [limit] };
}

async function bundle(
  folder: string,
  contents: string,
  ...conditions: readonly string[]
): Promise<{ readonly code: Uint8Array; readonly metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    absWorkingDir: repository,
    conditions: [...conditions, 'edge-light', 'react-server'],
    // Next brings its own copies.
    external: ['next/*', 'react', '#navigation'],
  });
  return { code: outputFiles[0]?.contents ?? new Uint8Array(), metafile };
}

/** The modules that a bundle imports. */
function importedBy({ outputs }: Metafile): readonly string[] {
  const paths = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => `\`${path}\``));
  return [...new Set(paths)];
}

/** The bytes of each folder of our packages, largest first. */
function partsOf({ outputs }: Metafile): readonly (readonly [string, number])[] {
  const bytes = new Map<string, number>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [, name, path = ''] = /^packages\/(\w+)\/src\/(.*)$/.exec(file) ?? [];
      const part = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : 'files directly in `src/`';
      const key = name === undefined ? 'the call of `createToriiProxy`' : `@torii/${name}, ${part}`;
      bytes.set(key, (bytes.get(key) ?? 0) + bytesInOutput);
    }
  }
  return [...bytes].toSorted(([, a], [, b]) => b - a);
}

function sizesOf(code: Uint8Array): readonly string[] {
  return [code.length, packed(code)].map((bytes) => `${formatNumber(bytes / 1000)} kB`);
}

function packed(code: Uint8Array): number {
  return gzipSync(code, { level: 9 }).length;
}

async function measureSpeed(): Promise<Table> {
  await using emulator = await startEmulator();
  const token = await emulator.token({ userId: 'ada', expiresInSeconds: 3600 });
  const headers = { authorization: `Bearer ${token}` };
  // The cookies of a signed-in browser: the token, Torii's session, and the mark that a session exists.
  const session = '__client_session=secret; __Host-torii_issuer.__client_session=1';
  const cookies = { cookie: `__Host-torii_token=${token}; ${session}` };
  const options = { publicPaths: ['/health', '/twins/open'] };
  const { issuer } = emulator;
  await using alone = await startApp('Next 16 alone', { issuer, watched: false });
  await using proxied = await startApp('Next 16, proxy.ts', { issuer, watched: false, options });
  const renewal = { ...options, renewInProxy: true };
  await using renewing = await startApp('Next 16, proxy.ts', { issuer, watched: false, options: renewal });
  const agent = new Agent({ keepAlive: true, maxSockets: concurrent });
  const sets: readonly Twins[] = [
    {
      headers,
      open: ['a route without a guard', `${alone.url}/health`],
      guarded: [['the same route with withAuth', `${alone.url}/api/guarded`]],
    },
    {
      headers: cookies,
      open: ['a page without a guard', `${alone.url}/twins/open`],
      guarded: [['the same page with protect', `${alone.url}/twins/guarded`]],
    },
    {
      headers,
      open: ['a public route behind proxy.ts', `${proxied.url}/health`],
      guarded: [['a route with withAuth, behind proxy.ts', `${proxied.url}/api/guarded`]],
    },
    {
      headers: cookies,
      open: ['a public page behind proxy.ts', `${proxied.url}/twins/open`],
      guarded: [
        ['a page with protect, behind proxy.ts', `${proxied.url}/twins/guarded`],
        ['the same with `renewInProxy`, no token is due', `${renewing.url}/twins/guarded`],
      ],
    },
  ];
  const contenders = sets.flatMap(({ open, guarded, headers }) =>
    [open, ...guarded].map(([name, url]): Contender => ({ name, run: () => countRequests(url, { headers, agent }) })),
  );
  const title = 'Requests to Next.js';
  const measured = await measureInRounds(title, contenders, rounds);
  agent.destroy();
  return {
    title,
    columns: ['', 'requests per second', 'ratio to the one without a guard'],
    rows: sets.flatMap(({ open: [open], guarded }) =>
      [open, ...guarded.map(([name]) => name)].map((name) => [
        name,
        formatNumber(median(measured.get(name) ?? [])),
        name === open ? '1' : withSpread(ratiosTo(measured, name, open)),
      ]),
    ),
  };
}

/** Routes or pages that differ only in their guard, each with its name and URL. */
interface Twins {
  readonly open: readonly [string, string];
  readonly guarded: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
}

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent;
}

async function countRequests(url: string, sent: Sent): Promise<number> {
  const begun = performance.now();
  let count = 0;
  const one = async () => {
    while (performance.now() - begun < roundMs) {
      await ask(url, sent);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrent }, one));
  return (count * 1000) / (performance.now() - begun);
}

function ask(url: string, { headers, agent }: Sent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}.`));
      response.resume().on('end', resolve);
    });
    sent.on('error', reject).end();
  });
}

async function measureSignIns(): Promise<{ readonly tables: readonly Table[]; readonly charts: readonly Chart[] }> {
  const executablePath = findProgram('chromium');
  if (executablePath === undefined) throw new Error('This benchmark needs Chromium on the PATH.');
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  await using emulator = await startEmulator({ allowedOrigins: [origin] });
  const { issuer } = emulator;
  const person = { email: 'ada@example.com', password: 'correct horse battery' };
  await emulator.createUser(person);
  await using app = await startApp('Next 16, proxy.ts', { issuer, port, watched: false });
  const given = { app: app.url, path: '/notes', ...person };
  const browser = await launchChromium(executablePath);
  try {
    const title = 'From the click to the page';
    const signIns: (readonly number[])[] = [];
    const returns: number[] = [];
    for (let round = -1; round < rounds; round++) {
      tellProgress(title, (round + 1) / (rounds + 1));
      const { steps, returned } = await measureSignIn(browser, given);
      // The first round only warms up.
      if (round < 0) continue;
      signIns.push(steps);
      returns.push(returned);
    }
    const total = spreadOf(signIns.map((steps) => steps.reduce((sum, ms) => sum + ms, 0)));
    const rows = signInSteps.map((name, step) => ({ name, ms: spreadOf(signIns.map((steps) => steps[step] ?? 0)) }));
    return {
      tables: [
        {
          title,
          note: 'Chromium, the emulator and the app on this machine. The clock starts when the user submits the password, and stops when the protected page is shown.',
          columns: ['', 'ms'],
          rows: [
            ...rows.map(({ name, ms }) => [name, withSpread(ms)]),
            ['**together**', withSpread(total)],
            [
              'a page load after the token cookie has expired, by way of the sign-in page',
              withSpread(spreadOf(returns)),
            ],
          ],
        },
      ],
      charts: [
        {
          title: 'Next.js: from the click to the signed-in page',
          unit: 'ms',
          better: 'less',
          bars: [
            ...rows.map(({ name, ms }) => ({ name, value: ms.median, kind: 'ours' as const })),
            { name: 'together', value: total.median, kind: 'ours' },
          ],
        },
      ],
    };
  } finally {
    await browser.close();
  }
}
