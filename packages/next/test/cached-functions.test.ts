import { startEmulator } from '@torii/emulator';
import { afterAll, expect, test, vi } from 'vitest';
import { createToriiNext } from '../src/index.ts';

let headersError: unknown;
vi.mock('next/headers.js', () => ({
  headers: () => {
    throw headersError;
  },
}));

const emulator = await startEmulator();
afterAll(() => emulator.stop());
const torii = createToriiNext({ issuer: emulator.issuer, signInPath: '/sign-in', origins: ['https://app.test'] });

test.each([
  'Route "/a": `headers()` can\'t be read inside `"use cache"`. Read it outside the cached function.',
  'Route /a used `headers()` inside "use cache". Accessing Dynamic data sources inside a cache scope is not supported.',
  'Route "/a": `headers()` can\'t be read inside `unstable_cache()`. Read it outside the cached function.',
  'Route /a used "headers" inside a function cached with "unstable_cache(...)".',
])('[20] a call inside of a cached function fails and says what to do: %s', async (message) => {
  headersError = new Error(message);
  await expect(torii.auth()).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'auth', cause: headersError });
  await expect(torii.protect()).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'protect' });
});

test.each([
  ['stops a render', Object.assign(new Error('use cache'), { digest: 'DYNAMIC_SERVER_USAGE' })],
  ['says that there is no request', new Error('`headers` was called outside a request scope.')],
  ['is no error', 'use cache'],
])('an error of Next that %s is passed on unchanged', async (_name, error) => {
  headersError = error;
  expect(await torii.auth().catch((thrown: unknown) => thrown)).toBe(error);
});
