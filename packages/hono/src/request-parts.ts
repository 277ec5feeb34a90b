import type { RequestParts } from '@torii/core';
import type { Context } from 'hono';
import { type NodeRequest, nodeRequestIn, repeatedHeaders } from './node-request.ts';

/** Describes a request to core. The host is left out: Hono trusts no proxy, so core uses the one that the request names. */
export function describe({ req, env }: Context): RequestParts {
  const { raw } = req;
  const node = nodeRequestIn(env);
  return {
    method: raw.method,
    path: pathOf(req, node),
    headers: raw.headers,
    headersDistinct: node && repeatedHeaders(raw.headers, node.rawHeaders),
    // Core compares its URL with the path and with the Host header.
    req: raw,
  };
}

// Returns `undefined` (unknown) unless Hono's router used this path: `getPath`, `strict: false`, or middleware that replaced
// `c.req.raw` can change it. On Node, `mount` and rewrites are found too. A request whose path is unknown is never treated as public.
function pathOf({ url, path: routed }: Context['req'], node: NodeRequest | undefined): string | undefined {
  const [, path = ''] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url) ?? [];
  if (node !== undefined && node.path !== path) return undefined;
  return path === routed || decode(path) === routed ? path : undefined;
}

// Decodes the path as Hono's router does.
function decode(path: string): string | undefined {
  try {
    return decodeURI(path.replaceAll('%25', '%2525'));
  } catch {
    return undefined;
  }
}
