// Measures the cost of a guard in a Next.js app: bytes at the edge, and requests per second.
import { globSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startEmulator } from '@torii/emulator';
import { build } from 'esbuild';
import { builtApp } from '../../packages/next/test/apps.ts';
import { startApp } from '../../packages/next/test/running-app.ts';
import { formatNumber, withSpread } from './limits.ts';
import { announceSteps, tellProgress } from './progress.ts';
import { type Contender, measureInRounds, median, ratiosTo } from './rounds.ts';
import { reportSection, type Table } from './section.ts';
import { roundsOr, scaled } from './settings.ts';

const rounds = roundsOr(7);
const roundMs = scaled(1_500);
const concurrent = 32;

announceSteps(2);
tellProgress('Building apps', 0);
const size = await measureSize();
const speed = await measureSpeed();
reportSection({
  title: 'A guard in Next.js',
  text: [
    `Next 16, \`next start\`, ${concurrent} requests at a time. The bytes are those of a middleware that Next 15 builds for the edge.`,
  ],
  rounds,
  tables: [size, speed],
});

async function measureSize(): Promise<Table> {
  const folder = await builtApp('Next 15, middleware.ts');
  const whole = globSync(join(folder, '.next/server/{middleware,edge-runtime-webpack}.js')).map((file) =>
    readFileSync(file),
  );
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createToriiNext } from '@torii/next';
        const torii = createToriiNext({ issuer: process.env.TORII_ISSUER, signInPath: '/sign-in', origins: [process.env.APP_ORIGIN] });
        export const middleware = torii.proxy();`,
      resolveDir: folder,
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    conditions: ['edge-light', 'react-server'],
    external: ['next/*', '#navigation'],
  });
  return {
    title: 'Bytes of a guard in Next.js',
    columns: ['', 'minified', 'gzip'],
    rows: [
      ['`middleware.ts` at the edge, complete', ...sizesOf(Buffer.concat(whole))],
      ['of that, @torii/next and @torii/core', ...sizesOf(outputFiles[0]?.contents ?? new Uint8Array())],
    ],
  };
}

function sizesOf(code: Uint8Array): readonly string[] {
  return [code.length, gzipSync(code, { level: 9 }).length].map((bytes) => `${formatNumber(bytes / 1000)} kB`);
}

async function measureSpeed(): Promise<Table> {
  await using emulator = await startEmulator();
  const authorization = `Bearer ${await emulator.token({ expiresInSeconds: 3600 })}`;
  const options = { publicPaths: ['/health'] };
  await using alone = await startApp('Next 16 alone', { issuer: emulator.issuer, watched: false });
  await using proxied = await startApp('Next 16, proxy.ts', { issuer: emulator.issuer, watched: false, options });
  const agent = new Agent({ keepAlive: true, maxSockets: concurrent });
  const contender = (name: string, url: string): Contender => ({
    name,
    run: () => countRequests(url, authorization, agent),
  });
  const open = 'a route without protection';
  const openBehind = 'a public route behind proxy.ts';
  const title = 'Requests to Next.js';
  const measured = await measureInRounds(
    title,
    [
      contender(open, `${alone.url}/health`),
      contender('the same route with withAuth', `${alone.url}/api/guarded`),
      contender(openBehind, `${proxied.url}/health`),
      contender('a route with withAuth, behind proxy.ts', `${proxied.url}/api/guarded`),
    ],
    rounds,
  );
  agent.destroy();
  return {
    title,
    columns: ['', 'requests per second', 'ratio to the same without withAuth'],
    rows: [...measured].map(([name, values]) => {
      const base = name.includes('proxy') ? openBehind : open;
      return [name, formatNumber(median(values)), name === base ? '1' : withSpread(ratiosTo(measured, name, base))];
    }),
  };
}

async function countRequests(url: string, authorization: string, agent: Agent): Promise<number> {
  const begun = performance.now();
  let count = 0;
  const one = async () => {
    while (performance.now() - begun < roundMs) {
      await ask(url, authorization, agent);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrent }, one));
  return (count * 1000) / (performance.now() - begun);
}

function ask(url: string, authorization: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers: { authorization } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}.`));
      response.resume().on('end', resolve);
    });
    sent.on('error', reject).end();
  });
}
