import { type Auth, listenTo } from './auth.ts';
import { askChecks } from './checks.ts';
import { ToriiAuthError } from './errors.ts';
import { loggable, tellingRefusals, type VerifierEvent } from './events.ts';
import type { RequestSettings } from './options/request-options.ts';
import { bearerToken } from './request/bearer.ts';
import { type RequestView, unknownRequest } from './request/request-view.ts';

/** What one verifier works with. */
export interface Pipeline extends RequestSettings {
  /** Says whose token it is, or throws. The only step that depends on who makes the tokens. */
  verify(token: string): Verified | Promise<Verified>;
}

interface Verified {
  readonly result: { readonly auth: Auth };
  readonly fromCache: boolean;
}

/**
 * Authenticates a request: public path, preflight, token, verification, checks, in this order and nowhere else. Null
 * where the request may pass although nobody is known to be calling.
 *
 * @throws ToriiError for a refusal; anything else is an error of a check, passed on
 */
export async function authenticate(request: RequestView, pipeline: Pipeline, optional: boolean): Promise<Auth | null> {
  const { emit, isPublic, allowPreflight } = pipeline;
  if (isPublic(request.path)) {
    emit(passed('public_path', request));
    return null;
  }
  if (allowPreflight && isPreflight(request)) {
    emit(passed('preflight', request));
    return null;
  }
  return tellingRefusals(pipeline.emit, async () => {
    const token = tokenOf(request, pipeline, optional);
    if (token !== null) return verifyFor(token, request, pipeline);
    emit(passed('signed_out', request));
    return null;
  });
}

/** What is needed where a token comes without its request. */
export type TokenPipeline = Pick<Pipeline, 'verify' | 'emit' | 'checks'>;

/** Verifies a token that came without its request. Checks are asked all the same, and see a request that is unknown. */
export function authenticateToken(token: unknown, pipeline: TokenPipeline): Promise<Auth> {
  return tellingRefusals(pipeline.emit, async () => {
    if (typeof token !== 'string' || token === '') throw new ToriiAuthError('token_missing', 'No token was given.');
    return verifyFor(token, unknownRequest, pipeline);
  });
}

async function verifyFor(token: string, request: RequestView, pipeline: TokenPipeline): Promise<Auth> {
  const { result, fromCache } = await pipeline.verify(token);
  const { auth } = result;
  // Not the whole Auth: a custom claim may hold a token of somebody else's.
  pipeline.emit({ type: 'verified', userId: auth.userId, environmentId: auth.environmentId, fromCache });
  if (!fromCache) listenTo(auth, pipeline.emit);
  if (pipeline.checks.length > 0) await askChecks(auth, request, pipeline.checks);
  return auth;
}

// Only the lack of a token makes a signed-out request. A token that is bad, or cannot be read, is refused even there.
function tokenOf(request: RequestView, { places }: Pipeline, optional: boolean): string | null {
  try {
    return bearerToken(request, places);
  } catch (error) {
    if (optional && error instanceof ToriiAuthError && error.reason === 'token_missing') return null;
    throw error;
  }
}

function passed(why: 'public_path' | 'preflight' | 'signed_out', { path }: RequestView): VerifierEvent {
  return { type: 'passed', why, path: path === undefined ? undefined : loggable(path) };
}

/** A CORS preflight (Fetch Standard, CORS-preflight fetch): nothing else is both OPTIONS and asks for a method. */
function isPreflight(request: RequestView): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.headerValues('origin').length === 1 &&
    request.headerValues('access-control-request-method').length === 1
  );
}
