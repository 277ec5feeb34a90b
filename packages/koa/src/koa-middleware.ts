import type { Context, Middleware } from 'koa';

/**
 * Koa's `Context`, under a name of this package: with TypeScript 7 and pnpm, the declarations of an app cannot name Koa's own types
 * in a file that does not import Koa.
 */
export interface KoaContext extends Context {}

/** Koa's `Middleware`, under a name of this package. See {@link KoaContext}. */
export interface KoaMiddleware extends Middleware {}
