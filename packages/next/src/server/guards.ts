import type { Auth, RequestParts } from '@torii/core';
import { createGuards, type GuardSteps, type Guards } from '@torii/core/adapter';
import type { NextRequest } from 'next/server.js';
import { toResponse } from './answer.ts';

// Holds the Auth of one call of one handler. The Auth is not stored by request, because two handlers can get the same
// request: one must not see an Auth that only the checks of the other have approved.
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
