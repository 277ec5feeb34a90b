import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { environmentId, issuer } from './tokens.ts';

const warnings: string[] = [];

beforeEach(() => {
  warnings.length = 0;
  vi.resetModules();
  vi.spyOn(console, 'warn').mockImplementation((text) => warnings.push(String(text)));
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A new copy of the package, which has not warned yet. */
async function fresh() {
  const { createRevocations, memoryFeed, sharedRevocations } = await import('../src/index.ts');
  const create = (given: { readonly issuer?: string; readonly environmentId?: string } = {}) =>
    createRevocations({ issuer, environmentId, feed: memoryFeed(), ...given });
  return { create, sharedRevocations };
}

test('revocations for each request cause one warning that says what to write', async () => {
  const { create } = await fresh();
  for (let i = 0; i < 4; i++) await create().close();
  expect(warnings).toEqual([]);
  for (let i = 0; i < 30; i++) await create().close();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(issuer);
  expect(warnings[0]).toContain(environmentId);
  expect(warnings[0]).toContain('Create it once');
  expect(warnings[0]).toContain('sharedRevocations');
});

test('revocations of many issuers and environments cause no warning', async () => {
  const { create } = await fresh();
  for (let i = 0; i < 20; i++) {
    await create({ issuer: `https://tenant-${i}.torii.test` }).close();
    await create({ environmentId: `env_${i}` }).close();
  }
  expect(warnings).toEqual([]);
});

test('shared revocations, and options that are refused, cause no warning', async () => {
  const { create, sharedRevocations } = await fresh();
  for (let i = 0; i < 20; i++) {
    sharedRevocations(create, 'asked for again and again');
    expect(() => create({ issuer: 'nothing' })).toThrow();
  }
  expect(warnings).toEqual([]);
});
