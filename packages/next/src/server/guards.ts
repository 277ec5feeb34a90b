import type { Auth, RequestParts } from '@torii/core';
import { createGuards, type GuardSteps, type Guards } from '@torii/core/adapter';
import type { NextRequest } from 'next/server.js';
import { toResponse } from './answer.ts';

/** The answer to a refused request, or undefined for one that may go on. */
export type NextGuard = (request: NextRequest) => Promise<Response | undefined>;

// A NextRequest has no place for it, and some of them cannot be extended.
const auths = new WeakMap<NextRequest, Auth | null>();

const steps: GuardSteps<Response | undefined> = {
  pass: () => undefined,
  answer: toResponse,
  fail(error) {
    throw error;
  },
};

/** Guards that see a request as `describe` shows it. */
export function guardsFor(describe: (request: NextRequest) => RequestParts): Guards<NextRequest, NextGuard> {
  return createGuards<NextRequest, NextGuard>({
    place: 'auth',
    describe,
    read: (request) => auths.get(request),
    write: (request, auth) => void auths.set(request, auth),
    toMiddleware: (guard) => (request) => guard(request, steps),
  });
}

/** Whom the guards have found to be calling. Null for a caller who need not be signed in. */
export function authOf(request: NextRequest): Auth | null {
  return auths.get(request) ?? null;
}
