import type { Claims } from '../auth.ts';
import { ToriiConfigError } from '../errors.ts';
import { hintFor, requestHints, verifyHints } from './hints.ts';
import { readKnownOptions, unknownName, wrongOption } from './reader.ts';
import {
  type RequestOptions,
  type RequestSettings,
  readRequestOptions,
  requestOptionNames,
} from './request-options.ts';
import { readVerifyOptions, type TokenSettings, type VerifyOptions, verifyOptionNames } from './verify-options.ts';

/** The options of `createVerifier`. */
export interface VerifierOptions<Custom extends object = Claims> extends VerifyOptions, RequestOptions<Custom> {}

export interface Settings extends RequestSettings, TokenSettings {}

const optionNames = [...verifyOptionNames, ...requestOptionNames] as const;

// A security option that is empty or `undefined` is an error: an unset environment variable must not turn a check off.
export function readOptions(
  given: VerifierOptions,
  example = "createVerifier({ issuer: 'https://acme.torii.so' })",
  read: object = given,
): Settings {
  const options = readKnownOptions(given, optionNames, example, 'options', { ...verifyHints, ...requestHints }, read);
  return { ...readVerifyOptions(options), ...readRequestOptions(options) };
}

// Options that apply to the whole list of `anyVerifier`.
const listOptionNames = ['publicPaths', 'allowPreflight', 'observe', 'onEvent'] as const;

/** Creates an error for an option that is not one of `known`. It may be an option of the verifier. */
export function misplacedOption(name: string, known: readonly string[]): ToriiConfigError {
  const place = 'an option of the verifier. Pass it to createVerifier';
  if (optionNames.some((each) => each === name)) {
    const list = listOptionNames.some((each) => each === name) ? `, or to anyVerifier([…], { ${name} })` : '';
    const alone = name === 'issuer' ? 'issuer' : `issuer, ${name}`;
    return wrongOption(name, `is ${place}${list}. If you create no verifier, write requireAuth({ ${alone} })`);
  }
  const hint = hintFor(name, known, requestHints) === '' ? hintFor(name, optionNames, requestHints) : '';
  return hint === ''
    ? unknownName(name, known, requestHints)
    : new ToriiConfigError(name, `\`${name}\` is unknown here.${hint} That is ${place}.`, {
        explained: 'unknown_option',
      });
}
