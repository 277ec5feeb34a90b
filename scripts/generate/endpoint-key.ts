import type { Endpoint } from './openapi.ts';

/** The key of an endpoint in exceptions.ts, such as `DELETE /users/{}/sessions/{}`. */
export function keyOf({ method, path }: Pick<Endpoint, 'method' | 'path'>): string {
  return `${method} ${shorten(path)}`;
}

/** Turns `/api/server/v1/users/{userId}` into `/users/{}`. */
export function shorten(path: string): string {
  return withoutNames(path.replace(/^\/api\/[^/]+\/v\d+(?=\/)/, ''));
}

/** Leaves out the names of path parameters, which do not matter: `/users/{id}` is `/users/{userId}`. */
export function withoutNames(path: string): string {
  return path.replaceAll(/\{[^/}]*\}/g, '{}');
}
