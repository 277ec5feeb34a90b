import { createHash } from 'node:crypto';
import type { NewUser } from './new-user.ts';

/**
 * Names each user of a file by what they are to become, so that a line keeps its name wherever it is moved, and another one
 * when it is mended. The second of two that are alike has a name of its own. A password has no part in it: a hash this fast
 * would tell it to whoever finds the journal.
 */
export function createKeys(): (user: NewUser) => string {
  const seen = new Map<string, number>();
  return ({ password: _, ...user }) => {
    const text = JSON.stringify(Object.entries(user).sort(([one], [other]) => (one < other ? -1 : 1)));
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return count === 1 ? hash : `${hash}.${count}`;
  };
}
