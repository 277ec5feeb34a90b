import type { RequestListener } from 'node:http';
import {
  type Check,
  refuse,
  ToriiAuthError,
  ToriiRequestError,
  ToriiUnavailableError,
  type Verifier,
} from '@torii/core';

export interface Subject {
  readonly verifier: Verifier;
  /** Records the name of each handler that runs. */
  readonly visit: (handler: string) => void;
}

/** Creates the app that README.md describes, with one framework. */
export type CreateApp = (subject: Subject) => RequestListener;

/** Two paths with `optionalAuth`. The second one also has a check. */
export const optionalPaths = { open: '/optional', guarded: '/optional/admin' } as const;

export const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';

export const guardedRoutes: Readonly<Record<string, Check>> = {
  '/admin': isAdmin,
  '/checks/says-nothing': (() => {}) as unknown as Check,
  '/checks/says-yes': (() => 'yes') as unknown as Check,
  '/checks/refuses': () => refuse('Not on "Sundays".', 'org:administrator, on another day'),
  '/checks/ambiguous': () => {
    throw new ToriiRequestError('The request names two tenants.');
  },
  '/checks/unavailable': () => Promise.reject(new ToriiUnavailableError('policy_unavailable', 'No rules are known.')),
  '/checks/throws': () => Promise.reject(new Error('org:administrator')),
  '/checks/throws-undefined': () => {
    throw undefined;
  },
  '/checks/throws-word': () => Promise.reject('route'),
};

/**
 * The handler of `/throws`. Throws an error that a guard would answer with 401. An error of a handler must not be
 * answered by the guard but by the app.
 */
export function failAsApp(): never {
  throw new ToriiAuthError('token_expired', 'thrown by the app');
}

export const appError = { status: 500, body: { app: 'error' } } as const;
