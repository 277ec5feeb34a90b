import {
  type Auth,
  authorize,
  type Check,
  createVerifier,
  denialFor,
  type RequestParts,
  type Verifier,
  type VerifierEventListener,
} from '@torii/core';
import { type Emulator, startEmulator, type TokenOptions } from '@torii/emulator';
import { afterAll } from 'vitest';
import type { Authz } from '../src/index.ts';

/** Issues real tokens, which the verifier checks as in an app. */
export const torii: Emulator = await startEmulator();
afterAll(() => torii.stop());
const verifier = createVerifier({ issuer: torii.issuer });

export async function callerWith(
  claims: Readonly<Record<string, unknown>> = {},
  options: TokenOptions = {},
): Promise<Auth> {
  return verifier.verify(await torii.token({ userId: 'ada', ...options, claims }));
}

/** A verifier with checks and a listener, and a token that it accepts. */
export async function listeningVerifier(
  onEvent: VerifierEventListener,
  checks: readonly Check[],
): Promise<{ readonly verifier: Verifier; readonly token: string }> {
  const options = { issuer: torii.issuer, onEvent, checks };
  return { verifier: createVerifier(options), token: await torii.token({ userId: 'ada' }) };
}

interface RequestOptions {
  readonly method?: string | undefined;
  readonly host?: string | undefined;
  readonly headers?: RequestParts['headers'];
}

export function requestFor(
  url: string | undefined,
  { method = 'GET', host, headers = {} }: RequestOptions = {},
): RequestParts {
  return { method, url, headers: host === undefined ? headers : { ...headers, host } };
}

/** The status that a request gets: 200, or that of the refusal. */
export async function statusOf(authz: Authz, auth: Auth, request: RequestParts): Promise<number> {
  return (await answerTo(authz, auth, request)).status;
}

/** The status and the body that a request gets. Errors that are not refusals are rethrown. */
export async function answerTo(
  authz: Authz,
  auth: Auth,
  request: RequestParts,
): Promise<{ readonly status: number; readonly body: string }> {
  try {
    await authorize(auth, request, authz.checks);
    return { status: 200, body: '' };
  } catch (error) {
    const denial = denialFor(error);
    if (denial === undefined) throw error;
    return { status: denial.status, body: JSON.stringify(denial.body) };
  }
}
