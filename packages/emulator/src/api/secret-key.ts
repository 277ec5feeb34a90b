import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { bearerOf } from '../http/bearer.ts';
import { Problem } from '../http/problem.ts';

export function requireSecretKey(secretKey: string): MiddlewareHandler {
  return async (c, next) => {
    const given = bearerOf(c.req.header('authorization'));
    if (given === undefined || !isSecretKey(given, secretKey)) {
      throw new Problem(
        401,
        'invalid_secret_key',
        'The secret key of this environment is missing or wrong. Send it as Authorization: Bearer sk_test_…',
        {
          headers: { 'www-authenticate': 'Bearer realm="torii"' },
        },
      );
    }
    await next();
  };
}

export function isSecretKey(given: string, secretKey: string): boolean {
  // timingSafeEqual needs inputs of equal length. Comparing digests reveals neither the key nor its length.
  return timingSafeEqual(digest(given), digest(secretKey));
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
