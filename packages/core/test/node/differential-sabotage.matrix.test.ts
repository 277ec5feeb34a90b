import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import type * as core from '../../src/index.ts';
import { nowSeconds } from '../differential/members.ts';
import { compareWithJose } from '../differential/verdict.ts';

// Mutation tests of differential.test.ts. Each test removes one check from a copy of the source. The comparison with jose
// must then find a difference.

const folder = mkdtempSync(join(tmpdir(), 'torii-sabotage-'));
const run = { seed: 3, numRuns: 20_000 };
let copies = 0;

/** What Node resolves the imports of the package to, below `src/`. */
const imports = Object.fromEntries(
  Object.entries(manifest.imports).map(([name, { '@torii/source': source }]) => {
    const file = 'node' in source ? source.node : source.default;
    return [name, file.replace('./src/', './')];
  }),
);

interface Sabotage {
  readonly check: string;
  readonly file: string;
  readonly line: string;
  readonly instead: string;
}

const looser: readonly Sabotage[] = [
  { check: 'the algorithm', file: 'token/parse.ts', line: "claimOf(header, 'alg') !== 'ES256'", instead: 'false' },
  { check: 'extensions', file: 'token/parse.ts', line: "Object.hasOwn(header, 'crit') || ", instead: '' },
  { check: 'UTF-8', file: 'token/parse.ts', line: 'fatal: true', instead: 'fatal: false' },
  {
    check: 'the issuer',
    file: 'token/claims.ts',
    line: 'byIssuer.get(withoutTrailingSlash(actual))',
    instead: '[...byIssuer.values()][0]',
  },
  { check: 'the expiry', file: 'token/claims.ts', line: 'now >= expiresAt * 1000 + toleranceMs', instead: 'false' },
  {
    check: 'the exact limit of the clock tolerance',
    file: 'token/claims.ts',
    line: 'now >= expiresAt',
    instead: 'now > expiresAt',
  },
  {
    check: 'nbf',
    file: 'token/claims.ts',
    line: "['nbf', Object.hasOwn(claims, 'nbf') ? requireTime(claims, 'nbf') : 0],",
    instead: '',
  },
  { check: 'the audience', file: 'token/claims.ts', line: 'accepted.has(String(each))', instead: 'true' },
  {
    check: 'the signature',
    file: 'token/verify.ts',
    line: '!(await verifySignature(signature, signedBytes))',
    instead: 'false',
  },
];

const againstStatements: readonly Sabotage[] = [
  { check: '[2] b64', file: 'token/parse.ts', line: " || Object.hasOwn(header, 'b64')", instead: '' },
  { check: '[7] finite times', file: 'token/claims.ts', line: '!(value <= Number.MAX_SAFE_INTEGER) || ', instead: '' },
  { check: '[7] negative times', file: 'token/claims.ts', line: ' || value < 0', instead: '' },
  { check: '[7] tokens from the future', file: 'token/claims.ts', line: "['iat', issuedAt ?? 0],", instead: '' },
  { check: '[8] stray bits', file: 'token/parse.ts', line: ' || !parts.every(isWhole)', instead: '' },
  { check: '[8] padding', file: 'token/parse.ts', line: String.raw`[\w-]+$/`, instead: String.raw`[\w-]+=*$/` },
  { check: '[8] the length', file: 'token/parse.ts', line: 'token.length > maxTokenLength', instead: 'false' },
  { check: '[8] the byte order mark', file: 'token/parse.ts', line: ', ignoreBOM: true', instead: '' },
  { check: '[8] empty claims', file: 'token/claims.ts', line: " || value === ''", instead: '' },
  { check: '[8] the actor', file: 'auth.ts', line: '!isJsonObject(act)', instead: 'false' },
  {
    check: '[9] the environment',
    file: 'token/claims.ts',
    line: '!environments.has(checked.environmentId)',
    instead: 'false',
  },
  { check: '[39] an audience', file: 'token/claims.ts', line: "Object.hasOwn(claims, 'aud')", instead: 'false' },
];

const stricter: readonly Sabotage[] = [
  {
    check: 'support for any typ',
    file: 'token/parse.ts',
    line: "typeof kid !== 'string' || ",
    instead: "typeof kid !== 'string' || claimOf(header, 'typ') !== 'JWT' || ",
  },
  {
    check: 'the clock tolerance',
    file: 'token/claims.ts',
    line: 'expiresAt * 1000 + toleranceMs',
    instead: 'expiresAt * 1000',
  },
  {
    check: 'support for a trailing slash of the issuer',
    file: 'token/claims.ts',
    line: "issuer.endsWith('/')",
    instead: 'false',
  },
];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: nowSeconds * 1000 });
});

afterAll(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

test('an unchanged copy shows no difference', async () => {
  const { createVerifier } = await copySource();
  expect(await differenceIn(createVerifier)).toBeUndefined();
});

describe('accepts tokens that jose refuses, without the check of', () => {
  test.each(looser)('$check', async (sabotage) => {
    const { createVerifier } = await copySource(sabotage);
    expect(await differenceIn(createVerifier)).toMatch(/^Error: accepted, but jose refuses: /);
  });
});

describe('accepts tokens that a statement forbids, without the check of', () => {
  test.each(againstStatements)('$check', async (sabotage) => {
    const { createVerifier } = await copySource(sabotage);
    expect(await differenceIn(createVerifier)).toMatch(/^Error: accepted, against \[\d+\] /);
  });
});

describe('refuses tokens without a reason, without', () => {
  test.each(stricter)('$check', async (sabotage) => {
    const { createVerifier } = await copySource(sabotage);
    expect(await differenceIn(createVerifier)).toMatch(/^Error: refused with \w+, which no statement requires: /);
  });
});

/** The first difference that the comparison finds. */
async function differenceIn(createVerifier: typeof core.createVerifier): Promise<string | undefined> {
  return (await compareWithJose(createVerifier, run))?.what;
}

/** Imports a copy of the source with one line changed. If the line no longer exists, update the list above. */
async function copySource(sabotage?: Sabotage): Promise<typeof core> {
  const copy = join(folder, String(copies++));
  cpSync(join(import.meta.dirname, '..', '..', 'src'), copy, { recursive: true });
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ type: 'module', imports }));
  if (sabotage !== undefined) {
    const file = join(copy, sabotage.file);
    const pieces = readFileSync(file, 'utf8').split(sabotage.line);
    expect(pieces, `${sabotage.line} occurs once in ${sabotage.file}`).toHaveLength(2);
    writeFileSync(file, pieces.join(sabotage.instead));
  }
  return import(pathToFileURL(join(copy, 'index.ts')).href);
}
