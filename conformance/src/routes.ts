import type { Check } from '@torii/core';

/** What the routes need of `@torii/core`: `import * as core from '@torii/core'`. This package imports no code that it tests. */
export interface CoreErrors {
  readonly refuse: (message: string, detail?: string) => ReturnType<Check>;
  readonly ToriiAuthError: new (reason: 'token_expired', message: string) => Error;
  readonly ToriiRequestError: new (message: string) => Error;
  readonly ToriiUnavailableError: new (reason: 'policy_unavailable', message: string) => Error;
}

/** The parts of the server that are the same in every framework. */
export interface Routes {
  /** Two paths with `optionalAuth`. The second one also has the check `isAdmin`. */
  readonly optional: { readonly open: string; readonly guarded: string };
  readonly isAdmin: Check;
  /** The paths that have a check in addition to `requireAuth`, with the check. */
  readonly checks: Readonly<Record<string, Check>>;
  /**
   * The names of functions of the adapter that the server uses as middleware without calling them: `open` at `/mistakes/NAME`, and
   * `guarded` at `/mistakes/guarded/NAME`, behind `requireAuth(verifier)`.
   */
  readonly uncalled: {
    readonly open: readonly ('requireAuth' | 'optionalAuth' | 'allow' | 'getAuth' | 'createVerifier')[];
    readonly guarded: readonly ('requireAuth' | 'allow' | 'getAuth')[];
  };
  /** The handler of `/throws`. */
  readonly throwAsApp: () => never;
  /** What the app's own error handler responds. */
  readonly appError: { readonly status: 500; readonly body: { readonly app: 'error' } };
}

export function createRoutes({ refuse, ...errors }: CoreErrors): Routes {
  const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';
  return {
    optional: { open: '/optional', guarded: '/optional/admin' },
    isAdmin,
    checks: {
      '/admin': isAdmin,
      '/checks/says-nothing': (() => {}) as unknown as Check,
      '/checks/says-yes': (() => 'yes') as unknown as Check,
      '/checks/refuses': () => refuse('Not on "Sundays".', 'org:administrator, on another day'),
      '/checks/ambiguous': () => {
        throw new errors.ToriiRequestError('The request names two tenants.');
      },
      '/checks/unavailable': () =>
        Promise.reject(new errors.ToriiUnavailableError('policy_unavailable', 'No rules are known.')),
      '/checks/throws': () => Promise.reject(new Error('org:administrator')),
      '/checks/throws-undefined': () => {
        throw undefined;
      },
      '/checks/throws-word': () => Promise.reject('route'),
    },
    uncalled: {
      open: ['requireAuth', 'optionalAuth', 'allow', 'getAuth', 'createVerifier'],
      guarded: ['requireAuth', 'allow', 'getAuth'],
    },
    throwAsApp() {
      throw new errors.ToriiAuthError('token_expired', 'thrown by the app');
    },
    appError: { status: 500, body: { app: 'error' } },
  };
}
