import type { NextFunction, Request, Response } from 'express';

/**
 * A middleware that can be used on every route. It does not change the types of the handlers after it: `req.params.id`,
 * for example, keeps the type that the route gives it.
 */
export type Guard = <P, ResBody, ReqBody, Query, Locals extends Record<string, unknown>>(
  req: Request<P, ResBody, ReqBody, Query, Locals>,
  res: Response<ResBody, Locals>,
  next: NextFunction,
) => void;
