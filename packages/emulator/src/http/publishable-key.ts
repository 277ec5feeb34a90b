import type { MiddlewareHandler } from 'hono';
import { publishedNames } from '../published-paths.ts';
import { Problem } from './problem.ts';

/**
 * Refuses the publishable key of another environment, and unknown ones. A request without a key is for the environment
 * of its path.
 */
export function requireOwnKey(publishableKey: string): MiddlewareHandler {
  return async (c, next) => {
    const given = c.req.header(publishedNames.apiKeyHeader);
    if (given !== undefined && given !== publishableKey) {
      throw new Problem(
        401,
        'invalid_api_key',
        `The publishable key in ${publishedNames.apiKeyHeader} is unknown, or belongs to another environment than this path.`,
      );
    }
    await next();
  };
}
