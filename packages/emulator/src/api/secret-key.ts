import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { Problem } from '../http/problem.ts';

/** Lets a request through that carries the environment's secret key as its bearer token. */
export function requireSecretKey(secretKey: string): MiddlewareHandler {
  return async (c, next) => {
    const given = bearerOf(c.req.header('authorization'));
    if (given === undefined || !isSecretKey(given, secretKey)) {
      throw new Problem(
        401,
        'invalid_secret_key',
        'Send this environment’s secret key: Authorization: Bearer sk_test_…',
        {
          headers: { 'www-authenticate': 'Bearer realm="torii"' },
        },
      );
    }
    await next();
  };
}

/** What an Authorization header carries as its bearer token. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

export function isSecretKey(given: string, secretKey: string): boolean {
  // Digests have one length, so that comparing them tells neither the key nor how long it is.
  return timingSafeEqual(digest(given), digest(secretKey));
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
