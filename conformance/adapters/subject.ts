import type { RequestListener } from 'node:http';
import {
  type Check,
  refuse,
  ToriiAuthError,
  ToriiRequestError,
  ToriiUnavailableError,
  type Verifier,
} from '@torii/core';

/** What a server is stood up with. */
export interface Subject {
  readonly verifier: Verifier;
  /** Told the name of each handler that runs. */
  readonly visit: (handler: string) => void;
}

/** Stands up the server that README.md describes. */
export type StandUp = (subject: Subject) => RequestListener;

/** The path under `optionalAuth`, and the one below it that a check guards too. */
export const optionalPaths = { open: '/optional', guarded: '/optional/admin' } as const;

export const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';

/** Routes that a check guards, by path. */
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

/** What the handler of `/throws` throws: an error of our own class, which is not ours to answer there. */
export function failAsApp(): never {
  throw new ToriiAuthError('token_expired', 'thrown by the app');
}

/** What the app itself answers to any error. */
export const appError = { status: 500, body: { app: 'error' } } as const;
