import { type Auth, isAuth } from '@torii/core';
import { describeValue, type Options, readKnownOptions, withoutTrailingSlash, wrongOption } from '@torii/core/internal';
import { isId } from './entries/entry.ts';
import type { Settings } from './settings.ts';

/** @throws ToriiConfigError if the value is not an id */
export function readId(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value === 'undefined' || value === 'null')
    throw wrongOption(
      name,
      `must be an id. Found: ${typeof value === 'string' && value !== '' ? `the text '${value}'` : describeValue(value)}`,
    );
  if (/^eyJ|^[sp]k_|^whsec_/.test(value)) throw wrongOption(name, 'is a token or a key. Write the id');
  if (!isId(value)) throw wrongOption(name, 'must be an id: at most 256 characters, and no control characters');
  return value;
}

export interface GivenMoment {
  readonly at?: unknown;
  readonly organizationId?: unknown;
}

/** The options of a call. `at: undefined` means the present. */
export function readCallOptions<const Name extends 'at' | 'organizationId'>(
  given: GivenMoment | undefined,
  names: readonly Name[],
  example: string,
): Options<Name> {
  if (given === undefined) return Object.create(null);
  return readKnownOptions(given, names as readonly ('at' | 'organizationId')[] as never, example, 'options', {
    at: 'since before moment date updatedat',
    organizationId: 'orgid organization',
  }) as Options<Name>;
}

/** @throws ToriiConfigError if the Auth was not created by a verifier, or belongs to another issuer or environment */
export function requireOwnAuth(name: string, auth: Auth, { issuer, environmentId }: Settings): void {
  if (!isAuth(auth)) {
    throw wrongOption(name, `must be the Auth that a verifier returned, not a copy. Found: ${describeValue(auth)}`);
  }
  if (auth.issuer === null || withoutTrailingSlash(auth.issuer) !== issuer || auth.environmentId !== environmentId) {
    throw wrongOption(name, 'is from another issuer or environment than these revocations');
  }
}
