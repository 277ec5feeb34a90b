// Measures decisions by the hardest regular expressions that a permission document may have.
import { createAuthz, lintPermissions } from '@torii/authz';
import type { Auth } from '@torii/core';
import { processorMs } from './processor-time.ts';
import { type Contender, type Measured, measureInRounds } from './rounds.ts';

/** Expressions whose cost grows with a count. Each keeps RE2 busy with nearly all of its steps at every character. */
const kinds: Readonly<Record<string, (count: number) => readonly string[]>> = {
  'optional characters': (count) => [`(?:.?){${count}}!`],
  'optional characters, several expressions': (count) => ['a', 'b', 'c', 'd'].map((end) => `(?:.?){${count}}${end}`),
  'nested repetitions': (count) => [`(?:a{1,${count}}){1,${count}}b`],
  'a distance from any letter': (count) => Array.from({ length: count }, (_, n) => `.*a.{12}${n}`),
  'Unicode classes': (count) => [`(?:[^\\p{L}]?){${count}}!`],
  'large classes': (count) => [`(?:[acegikmoqsuwy02468]?){${count}}!`],
  'either case': (count) => [`(?i)(?:k?){${count}}!`],
  'word boundaries': (count) => [`(?:(?:\\b|\\B|a?){${count}}.)*!`],
  groups: (count) => [`(?:${'(a?)'.repeat(count)})*!`],
};
const documents = 6;
const paths: readonly ((length: number) => string)[] = [
  (length) => `${'a'.repeat(length - 1)}-`,
  (length) => 'k'.repeat(length),
  (length) => '0'.repeat(length),
  (length) => Array.from({ length }, (_, n) => 'ab'.charAt((n * n * 7 + (n >> 3)) % 2)).join(''),
];

/**
 * Returns the milliseconds of processor time of one decision by the path that takes longest. Each decision is the first by its document,
 * so that nothing is cached.
 */
export async function measureHardest(auth: Auth, roles: readonly string[], rounds: number): Promise<Measured> {
  const contenders = Object.entries(kinds).flatMap(([kind, make]): Contender[] => {
    const lines = largestAccepted(make);
    // With one role, longer paths are tried. With several roles, more expressions are tried, but on shorter paths.
    return [
      { name: `${kind}, one role`, run: () => slowest(auth, { [roles[0] ?? '']: lines }, 256) },
      {
        name: `${kind}, ${roles.length} roles`,
        run: () => slowest(auth, Object.fromEntries(roles.map((role) => [role, lines])), 100),
      },
    ];
  });
  return measureInRounds('The hardest decisions', contenders, rounds);
}

async function slowest(
  auth: Auth,
  permissions: Readonly<Record<string, readonly string[]>>,
  length: number,
): Promise<number> {
  const times: number[] = [];
  for (const pathOf of paths) {
    const authzs = Array.from({ length: documents }, () => createAuthz({ permissions: { permissions } }));
    const begun = processorMs();
    for (const authz of authzs) await authz.can(auth, `${pathOf(length)}:get`);
    times.push((processorMs() - begun) / documents);
  }
  return Math.max(...times);
}

/** The lines with the highest count that the limits accept. */
function largestAccepted(make: (count: number) => readonly string[]): readonly string[] {
  let [accepted, refused] = [1, 1_000];
  while (refused - accepted > 1) {
    const count = Math.floor((accepted + refused) / 2);
    if (isAccepted(linesOf(make(count)))) accepted = count;
    else refused = count;
  }
  return linesOf(make(accepted));
}

function isAccepted(lines: readonly string[]): boolean {
  return lintPermissions({ permissions: { role: lines } }).every(({ kind }) => kind !== 'malformed');
}

function linesOf(sources: readonly string[]): readonly string[] {
  return sources.map((source) => `%r{${source}}:get`);
}
