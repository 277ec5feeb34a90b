import type { Request } from 'express';

/**
 * Express's `Request`, under a name of this package: with pnpm, the declarations of an app cannot name the types of the arguments
 * of `Request`.
 */
export interface ExpressRequest extends Request {}
