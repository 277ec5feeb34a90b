import { findFieldErrors, type Rules } from '../fields.ts';
import type { TwoBags } from '../metadata/two-bags.ts';
import { bagRules } from '../metadata/two-bags.ts';
import { refusalOf } from './contract/read-request.ts';

/** Reads a patch of the two bags of an organization, a membership or an invitation. It must name one of them. */
export function readTwoBags(body: unknown): Partial<TwoBags> {
  const patch = readBags<TwoBags>(body, bagRules);
  if (Object.keys(patch).length > 0) return patch;
  throw refusalOf([{ field: '', message: 'must have "publicMetadata" or "privateMetadata"' }]);
}

export function readBags<Bags>(body: unknown, rules: Rules<Extract<keyof Bags, string>>): Partial<Bags> {
  const errors = findFieldErrors(body as object, rules);
  if (errors.length > 0) throw refusalOf(errors);
  return body as Partial<Bags>;
}
