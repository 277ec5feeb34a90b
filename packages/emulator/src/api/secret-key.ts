import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { Problem } from '../problem.ts';

/** Lets a request through that carries the environment's secret key as its bearer token. */
export function requireSecretKey(secretKey: string): MiddlewareHandler {
  const expected = digest(secretKey);
  return async (c, next) => {
    const given = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    // Digests have one length, so that comparing them tells neither the key nor how long it is.
    if (given === undefined || !timingSafeEqual(digest(given), expected)) {
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

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
