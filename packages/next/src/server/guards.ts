import type { Auth, RequestParts } from '@torii/core';
import { createGuards, type GuardSteps, type Guards } from '@torii/core/adapter';
import type { NextRequest } from 'next/server.js';
import { toResponse } from './answer.ts';

// Stores the Auth for one call of one handler, not for the request: two handlers can share a request, and one must not
// get the Auth that only the other's checks approved.
export interface GuardedCall {
  readonly request: NextRequest;
  auth?: Auth | null;
}

export type NextGuard = (call: GuardedCall) => Promise<Response | undefined>;

const passed = Symbol('passed');

const steps: GuardSteps<Response | typeof passed> = {
  pass: () => passed,
  answer: toResponse,
  fail(error) {
    throw error;
  },
};

export function guardsFor(describe: (request: NextRequest) => RequestParts): Guards<GuardedCall, NextGuard> {
  return createGuards<GuardedCall, NextGuard>({
    place: 'auth',
    describe: ({ request }) => describe(request),
    read: ({ auth }) => auth,
    write(call, auth) {
      call.auth = auth;
    },
    toMiddleware: (guard) => async (call) => {
      const result = await guard(call, steps);
      if (result === passed) return undefined;
      if (result === undefined) throw new Error('The guard has not decided.');
      return result;
    },
  });
}
