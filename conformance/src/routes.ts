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
  /** What the app's own error handler responds. `thrown` is the route whose check or handler threw, or `ToriiConfigError`. */
  readonly answerError: (error: unknown) => AppError;
  /** The paths that a middleware before the guards rewrites, with the path that the router then uses. Call `visit('rewrite')` too. */
  readonly rewrites: Readonly<Record<string, string>>;
  /** Headers that a middleware before the guards sets on every response, such as those of CORS. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface AppError {
  readonly status: 500;
  readonly body: { readonly app: 'error'; readonly thrown: string };
}

export function createRoutes({ refuse, ...errors }: CoreErrors): Routes {
  const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';
  // Errors as they were thrown, and the values that are not errors.
  const routes = new WeakMap<object, string>();
  const values = new Map<unknown, string>([
    [undefined, '/checks/throws-undefined'],
    ['route', '/checks/throws-word'],
  ]);
  const by = <Thrown extends Error>(route: string, error: Thrown): Thrown => {
    routes.set(error, route);
    return error;
  };
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
      '/checks/throws': () => Promise.reject(by('/checks/throws', new Error('org:administrator'))),
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
      throw by('/throws', new errors.ToriiAuthError('token_expired', 'thrown by the app'));
    },
    answerError(error) {
      const thrown = sourceOf(error) ?? 'another error';
      return { status: 500, body: { app: 'error', thrown } };
    },
    rewrites: { '/rewritten/to-public': '/health', '/docs/rewritten': '/me' },
    headers: { 'Access-Control-Allow-Origin': 'https://app.test', Vary: 'Origin' },
  };

  // Core wraps what is not an error, and a framework may wrap the error again.
  function sourceOf(thrown: unknown, depth = 0): string | undefined {
    if (typeof thrown !== 'object' || thrown === null) return values.get(thrown);
    const name = Reflect.get(thrown, 'name') === 'ToriiConfigError' ? 'ToriiConfigError' : undefined;
    const source = routes.get(thrown) ?? name;
    return source ?? ('cause' in thrown && depth < 3 ? sourceOf(thrown.cause, depth + 1) : undefined);
  }
}
