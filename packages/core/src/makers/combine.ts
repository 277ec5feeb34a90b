import { ToriiConfigError } from '../errors.ts';
import { describeValue } from '../logs/found-value.ts';
import { wrongValue } from '../options/reader.ts';
import type { Verifier } from '../verifier-contract.ts';
import { listOf, type MakerList, makerOf } from './maker.ts';

const option = 'verifier';
const example = 'verifier: (torii) => anyVerifier([torii, createJwtVerifier({ … })])';

/**
 * Calls the option `verifier` of an adapter that creates the verifier of Torii's tokens itself, and decides itself which requests
 * need no token.
 * @throws ToriiConfigError unless the function returns a list of `anyVerifier` that contains `torii`
 */
export function combine(
  torii: object,
  given: unknown,
): { readonly verifier: Verifier<object, never>; readonly list: MakerList } {
  if (typeof given !== 'function') throw wrongValue(option, 'a function', given, example);
  const verifier: unknown = Reflect.apply(given, undefined, [torii]);
  const list = listOf(verifier);
  if (list === undefined) throw wrongList(`what anyVerifier returned. Found: ${describeValue(verifier)}`);
  const maker = makerOf(torii);
  if (!list.makers.some((each) => each === maker)) throw wrongList('a list that contains its argument');
  const { isPublic, allowPreflight } = list.pipeline;
  if (isPublic !== undefined || allowPreflight)
    throw wrongList('a list without `publicPaths` and `allowPreflight`, which are options of this package');
  return { verifier: verifier as Verifier<object, never>, list };
}

function wrongList(expected: string): ToriiConfigError {
  return new ToriiConfigError(option, `The function \`verifier\` must return ${expected}. Write ${example}.`);
}
