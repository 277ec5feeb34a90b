import type { Claims } from '../auth.ts';
import { readKnownOptions } from './reader.ts';
import {
  type RequestOptions,
  type RequestSettings,
  readRequestOptions,
  requestOptionNames,
} from './request-options.ts';
import { readVerifyOptions, type TokenSettings, type VerifyOptions, verifyOptionNames } from './verify-options.ts';

/** How a request is authenticated. */
export interface VerifierOptions<Custom extends object = Claims> extends VerifyOptions, RequestOptions<Custom> {}

/** Options as the pipeline uses them. */
export interface Settings extends RequestSettings, TokenSettings {}

const optionNames = [...verifyOptionNames, ...requestOptionNames] as const;

/**
 * Checks options once and for all. One that is there but says nothing (undefined, empty, `[]`) is an error: it is what an
 * unset variable or a typing mistake looks like, and must not quietly leave a check out.
 *
 * @throws ToriiConfigError naming the option and what to write instead
 */
export function readOptions(given: VerifierOptions): Settings {
  const options = readKnownOptions(given, optionNames, "createVerifier({ issuer: 'https://acme.torii.so' })");
  return { ...readVerifyOptions(options), ...readRequestOptions(options) };
}
