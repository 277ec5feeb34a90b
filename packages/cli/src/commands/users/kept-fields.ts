import type { User } from '@torii/api';
import type { Context } from '../../context.ts';

/**
 * The fields that were sent and that the user does not have now. Versions of Torii that do not know a field ignore it and
 * answer with success.
 */
export function lostFields(sent: object, user: User): readonly string[] {
  const kept: ReadonlyMap<string, unknown> = new Map(Object.entries(user));
  return Object.entries(sent)
    .filter(([field, value]) => field !== 'password' && isValue(value) && !isValue(kept.get(field)))
    .map(([field]) => field);
}

export function sayLostFields({ output }: Context, sent: object, user: User): void {
  const lost = lostFields(sent, user);
  if (lost.length > 0) output.say(`Torii ignored ${lost.join(' and ')}: this version of Torii does not store it.`);
}

function isValue(value: unknown): boolean {
  return value !== null && value !== undefined;
}
