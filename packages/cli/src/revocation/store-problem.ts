import type { ToriiRevocationError } from '@torii/core';
import { isError } from '@torii/core/adapter';
import { docsHome, readConnectionFailure } from '@torii/core/internal';
import { describeCauses } from '../failure-text.ts';

/** What to do about errors of Redis and Valkey. They begin with a word in capitals. */
const remedies: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [
    /\bNOAUTH\b/,
    'Redis requires a password. Set TORII_REVOCATIONS_STORE to redis://:PASSWORD@HOST:PORT or redis://USER:PASSWORD@HOST:PORT.',
  ],
  [/\bWRONGPASS\b|invalid password/i, 'Redis refuses the user name or password. Check TORII_REVOCATIONS_STORE.'],
  [/called without any password configured/i, 'Redis has no password. Remove it from TORII_REVOCATIONS_STORE.'],
  [
    /\bNOPERM\b/,
    `The user of TORII_REVOCATIONS_STORE lacks a permission. The commands that it needs: ${docsHome}/packages/revocation#redis-or-valkey`,
  ],
  [/maxmemory-policy/, 'Its settings let it delete revocations.'],
  [/\bREADONLY\b/, 'This Redis is a replica, which accepts no writes. Name the primary in TORII_REVOCATIONS_STORE.'],
  [/\bOOM\b/, 'Redis is out of memory. Give it more, or free some, and run the command again.'],
  [/\bMISCONF\b/, 'Redis refuses writes because it cannot save to its disk. Check the disk and the log of Redis.'],
  [/\bLOADING\b/, 'Redis is still loading its data. Run the command again in a moment.'],
  [/DB index is out of range/i, 'Redis has no database of this number. Check the path of TORII_REVOCATIONS_STORE.'],
];

/** Whether nothing can be read because of this problem, however long the command waits. */
export function isConclusive(problem: Error): boolean {
  const pattern = /\b(?:NOAUTH|WRONGPASS|ECONNREFUSED|ENOTFOUND|EHOSTUNREACH)\b|invalid password/i;
  return pattern.test(describeCauses(problem)) || readConnectionFailure(problem).remedy !== undefined;
}

/** Says why the store does not work, and what to do. `shown` is its URL without the login. */
export function describeStoreProblem(shown: string, problem: Error): string {
  const causes = describeCauses(problem).replace(/\.+$/, '.');
  const known = remedies.find(([pattern]) => pattern.test(causes))?.[1];
  if (known !== undefined) return `The store ${shown} has a problem. ${known}${causes}`;
  const { remedy = 'Check TORII_REVOCATIONS_STORE, and that the store is running and can be reached from here.' } =
    readConnectionFailure(problem);
  return `The store ${shown} does not work. ${remedy}${causes}`;
}

/** Says that a revocation did not reach the store, and why. */
export function describeUnannounced(shown: string, { cause }: ToriiRevocationError): string {
  const why = isError(cause) ? ` ${describeStoreProblem(shown, cause)}` : '';
  return `Not announced: your servers accept the tokens until they expire.${why} It does no harm to announce it again.`;
}
