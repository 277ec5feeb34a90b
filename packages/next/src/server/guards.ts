import type { Auth, RequestParts } from '@torii/core';
import { createGuards, type GuardSteps, type Guards } from '@torii/core/adapter';
import type { NextRequest } from 'next/server.js';
import { toResponse } from './answer.ts';

export type NextGuard = (request: NextRequest) => Promise<Response | undefined>;

// A side table, because some NextRequest objects are not extensible.
const auths = new WeakMap<NextRequest, Auth | null>();

const steps: GuardSteps<Response | undefined> = {
  pass: () => undefined,
  answer: toResponse,
  fail(error) {
    throw error;
  },
};

export function guardsFor(describe: (request: NextRequest) => RequestParts): Guards<NextRequest, NextGuard> {
  return createGuards<NextRequest, NextGuard>({
    place: 'auth',
    describe,
    read: (request) => auths.get(request),
    write: (request, auth) => void auths.set(request, auth),
    toMiddleware: (guard) => (request) => guard(request, steps),
  });
}

/** The Auth of a request that a guard let through; null if the path is public. */
export function authOf(request: NextRequest): Auth | null {
  return auths.get(request) ?? null;
}
