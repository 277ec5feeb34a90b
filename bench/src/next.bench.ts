// What a guard costs a Next.js app: bytes at the edge, and requests a second.
import { globSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startEmulator } from '@torii/emulator';
import { build } from 'esbuild';
import { builtApp } from '../../packages/next/test/apps.ts';
import { startApp } from '../../packages/next/test/running-app.ts';
import { type Contender, measureInRounds, median, ratiosTo } from './rounds.ts';

const rounds = 7;
const roundMs = 2000;
const concurrent = 32;

await reportSize();
await reportSpeed();

async function reportSize(): Promise<void> {
  const folder = await builtApp('Next 15, middleware.ts');
  const whole = globSync(join(folder, '.next/server/{middleware,edge-runtime-webpack}.js')).map((file) =>
    readFileSync(file),
  );
  console.log(`middleware.ts at the edge, as Next 15 builds it   ${sizeOf(Buffer.concat(whole))}`);
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createNextAuth } from '@torii/next';
        const torii = createNextAuth({ issuer: process.env.TORII_ISSUER, signInPath: '/sign-in', origins: [process.env.APP_ORIGIN] });
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
  console.log(
    `of that ours, @torii/next and core                ${sizeOf(Buffer.from(outputFiles[0]?.contents ?? []))}`,
  );
}

function sizeOf(code: Buffer): string {
  const [raw, packed] = [code.length, gzipSync(code).length].map((bytes) => `${(bytes / 1024).toFixed(1)} kB`);
  return `${raw?.padStart(9)}, ${packed} gzipped`;
}

async function reportSpeed(): Promise<void> {
  await using torii = await startEmulator();
  const authorization = `Bearer ${await torii.token({ expiresInSeconds: 3600 })}`;
  const options = { publicPaths: ['/health'] };
  await using alone = await startApp('Next 16 alone', { issuer: torii.issuer, watched: false });
  await using proxied = await startApp('Next 16, proxy.ts', { issuer: torii.issuer, watched: false, options });
  const agent = new Agent({ keepAlive: true, maxSockets: concurrent });
  const contender = (name: string, url: string): Contender => ({
    name,
    run: () => countRequests(url, authorization, agent),
  });
  const open = 'a route without protection';
  const openBehind = 'a public route behind proxy.ts';
  const measured = await measureInRounds(
    [
      contender(open, `${alone.url}/health`),
      contender('the same with withAuth', `${alone.url}/api/guarded`),
      contender(openBehind, `${proxied.url}/health`),
      contender('with withAuth, behind proxy.ts', `${proxied.url}/api/guarded`),
    ],
    rounds,
  );
  agent.destroy();
  console.log(`\nNext 16, next start, ${concurrent} requests at a time, median of ${rounds} rounds\n`);
  for (const [name, values] of measured) {
    const { median: ratio, low, high } = ratiosTo(measured, name, name.includes('proxy') ? openBehind : open);
    const share = `${(ratio * 100).toFixed(0)} % (${(low * 100).toFixed(0)} to ${(high * 100).toFixed(0)})`;
    console.log(`${name.padEnd(32)} ${median(values).toFixed(0).padStart(6)} requests a second   ${share}`);
  }
}

/** How many requests a second are answered with 200. */
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
