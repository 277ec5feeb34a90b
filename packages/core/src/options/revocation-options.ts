import { describeValue } from '../logs/found-value.ts';
import type { CheckRevocation } from '../revocation-check.ts';
import { withoutTrailingSlash } from '../token/claims.ts';
import { problemOfIssuer } from './issuer-url.ts';
import { type Options, wrongOption } from './reader.ts';

export interface RevocationSettings {
  readonly environmentId: string;
  readonly maxTokenSeconds: number;
  readonly check: CheckRevocation;
}

const example = 'revocations: createRevocations({ issuer, environmentId, feed }), or leave it out';

/** @param issuers The issuers that the verifier accepts. @param environments The environments, if there is such an option. */
export function readRevocations(
  options: Options<'revocations'>,
  [issuer, second]: readonly string[],
  environments: ReadonlySet<string> | undefined,
): RevocationSettings | undefined {
  if (!('revocations' in options)) return undefined;
  const source = options.revocations;
  if (typeof source !== 'object' || source === null) throw wrongSource(describeValue(source));
  // Read once. A property of `Object.prototype` is ignored (prototype pollution).
  const [known, environmentId, maxTokenSeconds, check] = fieldNames.map((name): unknown =>
    Object.hasOwn(source, name) || !(name in Object.prototype) ? Reflect.get(source, name) : undefined,
  );
  if (typeof check !== 'function') throw wrongSource(describeValue(source));
  if (typeof known !== 'string' || problemOfIssuer(known) !== undefined) throw wrongSource('a wrong `issuer` in it');
  if (typeof environmentId !== 'string' || environmentId === '') throw wrongSource('a wrong `environmentId` in it');
  if (typeof maxTokenSeconds !== 'number' || !(maxTokenSeconds >= 1 && maxTokenSeconds <= 86_400))
    throw wrongSource('a `maxTokenSeconds` that is not a number from 1 to 86400');
  if (second !== undefined)
    throw wrongOption('revocations', 'can be used with one issuer only. Create a verifier for each issuer');
  if (issuer !== withoutTrailingSlash(known))
    throw wrongOption('revocations', `is for the issuer ${known}, and the verifier for ${issuer}. ${remedy}`);
  if (environments !== undefined && !(environments.size === 1 && environments.has(environmentId)))
    throw wrongOption('revocations', `is for one environment, and \`environmentId\` names another. ${remedy}`);
  return { environmentId, maxTokenSeconds, check: (token) => check.call(source, token) };
}

const fieldNames = ['issuer', 'environmentId', 'maxTokenSeconds', 'check'] as const;
const remedy = 'Write the same into both, or create a verifier for each';

function wrongSource(found: string): Error {
  return wrongOption(
    'revocations',
    `must be what createRevocations of @torii/revocation returned. Found: ${found}. Write ${example}`,
  );
}
