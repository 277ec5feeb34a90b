import type { Group } from '../case.ts';
import { issuer, makeKey, mint } from '../issuer.ts';

/** What a runtime makes of the package itself: which file it chooses, what it exports, whether CommonJS can have it. */
export async function listPlatformCases(): Promise<Group> {
  const key = await makeKey('key-1');
  const material = { options: { issuer, keys: { keys: [key.publicJwk] } }, token: await mint(key) };
  // Not until it is built.
  const names = Object.keys(await import('@torii/core'))
    .sort()
    .join(' ');
  return {
    name: 'platform',
    cases: [
      {
        name: 'whose cryptography',
        expected: 'WebCrypto',
        expectedOnNode: 'node:crypto',
        question: { ask: 'cryptography', ...material },
      },
      { name: 'every export', expected: names, question: { ask: 'exports', ...material } },
      { name: 'require', expected: names, only: 'processes', question: { ask: 'require', ...material } },
    ],
  };
}
