import { beforeEach, expect, test, vi } from 'vitest';
import { presentVerifyOptions } from '../src/calls/present-options.ts';
import { TokenBudget } from '../src/calls/token-budget.ts';
import type { VerifierMemory } from '../src/calls/verifier-memory.ts';
import { silent } from '../src/emitter.ts';
import type { TokenSettings } from '../src/options/verify-options.ts';
import type { TokenMemory, VerifiedToken } from '../src/token/token-cache.ts';

// What `verifyToken` and `authenticateRequest` keep is bounded for the process, not for each set of options.

let memory: VerifierMemory<TokenMemory | undefined>;
beforeEach(async () => {
  vi.resetModules();
  vi.spyOn(console, 'warn').mockReturnValue();
  const { VerifierMemory: Fresh } = await import('../src/calls/verifier-memory.ts');
  memory = new Fresh('verifyToken', presentVerifyOptions, (_given, read, createMemory) => {
    const { cachedTokens = 5_000 } = read as { cachedTokens?: number };
    return createMemory?.({ cachedTokens, emit: silent } as unknown as TokenSettings);
  });
});

let count = 0;

function fill(cache: TokenMemory | undefined, tokens: number, claims: object = {}): readonly string[] {
  const texts = Array.from({ length: tokens }, () => `token-${++count}.padding`);
  for (const text of texts) cache?.add(text, { auth: { raw: claims } } as unknown as VerifiedToken);
  return texts;
}

function cachedOf(cache: TokenMemory | undefined, tokens: readonly string[]): number {
  return tokens.filter((token) => cache?.get(token)).length;
}

/** Options of a call with a new function. */
const inlineOptions = (clockTolerance: number) => ({ clockTolerance, onEvent: () => {} });

test('[36] all sets of options together keep 5,000 tokens', () => {
  const sets = [0, 1, 2].map((clockTolerance) => memory.verifierFor({ clockTolerance }));
  const tokens = sets.map((cache) => fill(cache, 4_000));
  const cached = sets.map((cache, n) => cachedOf(cache, tokens[n] ?? []));
  expect(cached.reduce((sum, each) => sum + each)).toBe(5_000);
  // No set of options takes the places of all others.
  expect(Math.min(...cached)).toBeGreaterThan(1_600);
});

test('[36] all sets of options together keep 40 MB', () => {
  const claims = { large: Array.from({ length: 1_000 }, () => ({})) };
  const sets = [0, 1, 2].map((clockTolerance) => memory.verifierFor({ clockTolerance }));
  const tokens = sets.map((cache) => fill(cache, 600, claims));
  const cached = sets.map((cache, n) => cachedOf(cache, tokens[n] ?? [])).reduce((sum, each) => sum + each);
  expect(cached * 64_800).toBeLessThan(40e6);
  expect(cached * 65_000).toBeGreaterThan(39e6);
});

test('[36] calls with new functions share the bound', () => {
  const kept = memory.verifierFor({ clockTolerance: 0 });
  const inline = () => memory.verifierFor(inlineOptions(0));
  const tokens = [fill(kept, 4_000), fill(inline(), 4_000)];
  expect(cachedOf(kept, tokens[0] ?? []) + cachedOf(inline(), tokens[1] ?? [])).toBe(5_000);
});

test('the option cachedTokens bounds its own set, and can raise the bound', () => {
  const small = memory.verifierFor({ cachedTokens: 3 });
  expect(cachedOf(small, fill(small, 10))).toBe(3);
  const large = memory.verifierFor({ cachedTokens: 6_000 });
  expect(cachedOf(large, fill(large, 7_000))).toBe(6_000 - 3);
});

test('[36] tokens of forgotten options do not count', () => {
  fill(memory.verifierFor({ clockTolerance: 0 }), 5_000);
  for (let n = 1; n <= 8; n++) memory.verifierFor({ clockTolerance: n });
  const last = memory.verifierFor({ clockTolerance: 8 });
  expect(cachedOf(last, fill(last, 5_000))).toBe(5_000);
});

test.each([
  ['entries', 4_000, {}, 5_000],
  ['bytes', 450, { large: Array.from({ length: 1_000 }, () => ({})) }, 615],
])('[36] the bound falls when the options that raised it are forgotten: %s', (_, tokens, claims, bound) => {
  const budget = new TokenBudget();
  const [large, ...caches] = [8_000, 5_000, 5_000].map((maxEntries) => budget.createCache(maxEntries));
  for (const cache of [large, ...caches]) if (cache) budget.add(cache);
  const texts = caches.map((cache) => fill(cache, tokens, claims));
  const cached = () => caches.reduce((sum, cache, n) => sum + cachedOf(cache, texts[n] ?? []), 0);
  expect(cached()).toBeGreaterThan(bound + 200);
  if (large) budget.remove(large);
  budget.add(budget.createCache(1));
  expect(cached()).toBeLessThanOrEqual(bound);
  expect(cached()).toBeGreaterThan(bound * 0.99);
});

test('[36] tokens of forgotten options of calls with new functions do not count', () => {
  const inline = (clockTolerance: number) => memory.verifierFor(inlineOptions(clockTolerance));
  fill(inline(0), 5_000);
  for (let n = 1; n <= 8; n++) inline(n);
  expect(cachedOf(inline(8), fill(inline(8), 5_000))).toBe(5_000);
});

test('a call with new functions drops a token for all such calls', () => {
  const inline = () => memory.verifierFor(inlineOptions(0));
  const tokens = fill(inline(), 2);
  inline()?.drop(tokens[0] ?? '');
  expect(cachedOf(inline(), tokens)).toBe(1);
});

test('calls with a new `fetch` do not forget the tokens of calls with other new functions', () => {
  const inline = () => memory.verifierFor(inlineOptions(0));
  const tokens = fill(inline(), 1);
  for (let n = 0; n < 9; n++) {
    memory.verifierFor({ clockTolerance: 0, fetch: () => {} });
    memory.verifierFor({ ...inlineOptions(0), fetch: () => {} });
  }
  expect(cachedOf(inline(), tokens)).toBe(1);
});

test('[36] at most eight sets of options have tokens for calls with new functions', () => {
  const inline = (clockTolerance: number) => memory.verifierFor(inlineOptions(clockTolerance));
  const tokens = Array.from({ length: 9 }, (_, n) => fill(inline(n), 1));
  for (let n = 8; n > 0; n--) expect(cachedOf(inline(n), tokens[n] ?? [])).toBe(1);
  expect(cachedOf(inline(0), tokens[0] ?? [])).toBe(0);
});

test('a cache that was not added to the budget does not count', () => {
  const budget = new TokenBudget();
  fill(budget.createCache(5_000), 5_000);
  const cache = budget.createCache(5_000);
  budget.add(cache);
  expect(cachedOf(cache, fill(cache, 5_000))).toBe(5_000);
});
