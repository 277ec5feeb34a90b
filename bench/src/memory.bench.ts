// Measures the heap in use after 200,000 tokens, after 100,000 issuers, and for 10,000 tenants.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atMost, formatNumber } from './limits.ts';
import { type Material, makeMaterial, type TokenChanges } from './material.ts';
import { announceSteps, tellProgress } from './progress.ts';
import { reportSection } from './section.ts';
import { scaled } from './settings.ts';

interface Kept {
  readonly bytes: number;
  readonly count: number;
  readonly seconds: number;
}

const tokenCount = scaled(200_000);
const issuerCount = scaled(100_000);
const tenantCount = scaled(10_000);
/** The defaults of `cachedTokens` and of fast-jwt's `cache`. */
const [ourDefault, fastDefault] = [5_000, 1_000];

announceSteps(8);
const folder = mkdtempSync(join(tmpdir(), 'torii-bench-'));
try {
  const material = await makeMaterial();
  const tokens = await writeTokens(material, tokenCount);
  const ourBounded = await keep(material, 'torii, default', tokens);
  const ourAll = await keep(material, 'torii, all', tokens);
  const fastBounded = await keep(material, 'fast-jwt, default', tokens);
  const fastAll = await keep(material, 'fast-jwt, all', tokens);
  const ofTheirOwn = { issuerOf: (serial: number) => `https://tenant-${serial}.example.com` };
  const issuers = await keep(material, 'issuers', await writeTokens(material, issuerCount, ofTheirOwn));
  const tenants = await keep(material, 'tenants', await writeTokens(material, tenantCount, ofTheirOwn));
  reportSection({
    title: 'Memory',
    text: [
      `The heap that a verifier holds: the heap in use after a full garbage collection, minus the heap in use after the verifier has been released. Each row is a separate process. The tokens are ${formatNumber(tokenCount)} different ones, each verified once.`,
    ],
    tables: [
      {
        title: `After ${formatNumber(tokenCount)} distinct tokens`,
        columns: ['', 'tokens cached', 'heap held', 'bytes per token'],
        rows: [
          rowOf('@torii/core, default options', ourBounded, ourDefault),
          rowOf('@torii/core, `cachedTokens: 1_000_000`', ourAll, tokenCount),
          rowOf('fast-jwt, `cache: true`', fastBounded, fastDefault),
          rowOf('fast-jwt, `cache: 1_000_000`', fastAll, tokenCount),
        ],
        note: 'The token itself is about half of it. fast-jwt stores a hash of the token, and the payload.',
      },
      {
        title: 'Many issuers in one process',
        columns: ['', 'heap held', 'bytes each', 'µs each'],
        rows: [
          issuerRow(`${formatNumber(issuerCount)} issuers, one after the other, \`verifyToken\``, issuers),
          issuerRow(`${formatNumber(tenantCount)} tenants of one verifier, keys fetched and kept`, tenants),
        ],
        note: 'The first row is the memory that the calls have added to the process: the keys of the last thousand issuers, and the verifiers of the last eight sets of options. Each verifier keeps the keys of its issuers.',
      },
    ],
    limits: [
      atMost('Memory of a cache entry', 1, 'kB', ourAll.bytes / tokenCount / 1000),
      atMost(
        `Memory after ${formatNumber(tokenCount)} distinct tokens, default options`,
        10,
        'MB',
        ourBounded.bytes / 1e6,
      ),
    ],
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function writeTokens(material: Material, count: number, changes: TokenChanges = {}): Promise<string> {
  tellProgress(`Memory: signing ${count} tokens`, 0);
  const file = join(folder, `${count}-tokens`);
  writeFileSync(file, (await material.mint(count, changes)).join('\n'));
  return file;
}

async function keep({ issuer, jwk }: Material, scenario: string, file: string): Promise<Kept> {
  tellProgress(`Memory: ${scenario}`, 0);
  const program = join(import.meta.dirname, 'memory-scenarios.ts');
  const child = fork(program, [scenario, issuer, JSON.stringify(jwk), file], {
    execArgv: ['--expose-gc', '--conditions=@torii/source'],
  });
  const ended = once(child, 'exit');
  const [kept] = await Promise.race([once(child, 'message'), ended]);
  await ended;
  if (typeof kept !== 'object') throw new Error(`The process for scenario "${scenario}" exited with ${kept}.`);
  return kept;
}

function rowOf(name: string, { bytes }: Kept, most: number): readonly string[] {
  const remembered = Math.min(most, tokenCount);
  return [name, formatNumber(remembered), megabytes(bytes), formatNumber(bytes / remembered)];
}

function issuerRow(name: string, { bytes, count, seconds }: Kept): readonly string[] {
  return [name, megabytes(bytes), formatNumber(bytes / count), formatNumber((seconds / count) * 1e6)];
}

function megabytes(bytes: number): string {
  return `${formatNumber(bytes / 1e6)} MB`;
}
