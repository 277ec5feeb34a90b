import { loggable } from '../logs/loggable.ts';
import { type RefuseRevoked, refuserFor } from '../revocation-check.ts';
import type { RevocationSource } from '../revocations.ts';
import { withoutTrailingSlash } from '../token/claims.ts';
import { type Options, wrongOption, wrongValue } from './reader.ts';

export interface RevocationSettings {
  /** The accepted environments. `undefined` accepts all. */
  readonly environments: ReadonlySet<string> | undefined;
  readonly maxTokenSeconds: number | undefined;
  readonly refuseRevoked: RefuseRevoked | undefined;
}

/** @param issuers The accepted issuers. @param environments The option `environmentId`. */
export function readRevocations(
  options: Options<'revocations'>,
  issuers: readonly string[],
  environments: ReadonlySet<string> | undefined,
): RevocationSettings {
  if (!('revocations' in options)) return { environments, maxTokenSeconds: undefined, refuseRevoked: undefined };
  // A copy, so that each property is read once, and inherited ones (prototype pollution) are ignored.
  const source: Partial<RevocationSource> = Object.assign(Object.create(null), options.revocations);
  const { issuer, environmentId, maxTokenSeconds, check } = source;
  if (typeof check !== 'function' || !Number.isFinite(maxTokenSeconds))
    throw wrongValue('revocations', 'what createRevocations returned, or left out', options.revocations);
  const known = [withoutTrailingSlash(String(issuer)), environmentId];
  if (typeof environmentId !== 'string' || [...issuers, ...(environments ?? [])].some((name) => !known.includes(name)))
    throw wrongOption(
      'revocations',
      `is for ${loggable(issuer)} and ${loggable(environmentId)} only. Create a verifier for each`,
    );
  return {
    environments: new Set([environmentId]),
    maxTokenSeconds,
    refuseRevoked: refuserFor(options.revocations, check),
  };
}
