import type { Claims } from '../auth.ts';
import { readKnownOptions } from './reader.ts';
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
export function readOptions(given: VerifierOptions): Settings {
  const options = readKnownOptions(given, optionNames, "createVerifier({ issuer: 'https://acme.torii.so' })");
  return { ...readVerifyOptions(options), ...readRequestOptions(options) };
}
