import type { Group } from '../case.ts';
import { issuer, makeKey, mint } from '../issuer.ts';

/** How a runtime loads the package: which crypto API it uses, what it exports, and whether CommonJS can require it. */
export async function listPlatformCases(): Promise<Group> {
  const key = await makeKey('key-1');
  const material = { options: { issuer, keys: { keys: [key.publicJwk] } }, token: await mint(key) };
  // Imported dynamically, because main.ts must build the package first.
  const names = namesOf(await import('@torii/core'));
  return {
    name: 'platform',
    cases: [
      {
        name: 'crypto API',
        expected: 'WebCrypto',
        expectedOnNode: 'node:crypto',
        question: { ask: 'cryptography', ...material },
      },
      { name: 'exports', expected: names, question: { ask: 'exports', ...material } },
      { name: 'require', expected: names, only: 'processes', question: { ask: 'require', ...material } },
    ],
  };
}

/** `@torii/revocation` in a program that imports nothing else. */
export async function listAloneCases(): Promise<Group> {
  const expected = namesOf(await import('@torii/revocation'));
  const question = { ask: 'exports', options: {}, token: '' } as const;
  return { name: 'alone', script: 'alone', cases: [{ name: 'exports of @torii/revocation', expected, question }] };
}

function namesOf(module: object): string {
  return Object.keys(module).sort().join(' ');
}
