import type { Request } from 'express';

/**
 * Express's `Request`, under a name without type arguments: under pnpm, the types of these arguments cannot be named in the
 * declarations of an app.
 */
export interface ExpressRequest extends Request {}
