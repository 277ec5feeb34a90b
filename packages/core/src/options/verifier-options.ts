import type { Claims } from '../auth.ts';
import { readNamed } from './option-values.ts';
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

const optionNames: readonly string[] = [...verifyOptionNames, ...requestOptionNames];

/**
 * Checks options once and for all. One that is there but says nothing (undefined, empty, `[]`) is an error: it is what an
 * unset variable or a typing mistake looks like, and must not quietly leave a check out.
 *
 * @throws ToriiConfigError naming the option and what to write instead
 */
export function readOptions(given: VerifierOptions): Settings {
  const options = readNamed(given, optionNames, "createVerifier({ issuer: 'https://acme.torii.so' })");
  return { ...readVerifyOptions(options), ...readRequestOptions(options) };
}
