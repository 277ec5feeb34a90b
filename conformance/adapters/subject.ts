import type { RequestListener } from 'node:http';
import type { Check, Verifier } from '@torii/core';
import * as core from '@torii/core';
import type * as conformance from '../src/app-server.ts';
import { createRoutes } from '../src/routes.ts';

export type Subject = conformance.Subject<Verifier>;

/** Creates the app that README.md describes, with one framework. */
export type CreateApp = (subject: Subject) => RequestListener;

const routes = createRoutes(core);

/** Two paths with `optionalAuth`. The second one also has a check. */
export const optionalPaths = routes.optional;

export const isAdmin: Check = routes.isAdmin;

export const guardedRoutes: Readonly<Record<string, Check>> = routes.checks;

/**
 * The handler of `/throws`. Throws an error that a guard would answer with 401. An error of a handler must not be
 * answered by the guard but by the app.
 */
export const failAsApp: () => never = routes.throwAsApp;

export const answerError = routes.answerError;

/** What runs before the guards: a rewrite of some paths, and headers on every response. */
export const { rewrites, headers } = routes;

/** Names of functions that a server has as middleware without a call: below `/mistakes/`, and behind a guard below `/mistakes/guarded/`. */
export const uncalled = routes.uncalled;
