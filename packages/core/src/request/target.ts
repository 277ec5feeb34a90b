import { hasHeaders, nodeRequest } from './framework-request.ts';
import { isHeaders } from './headers.ts';
import { eventMethod, eventPath } from './lambda-event.ts';
import { objectIn, textOf } from './properties.ts';
import type { RequestParts } from './request-parts.ts';

const upperZ = 0x5a;

// hapi writes the method in lower case, so a check would not recognize `DELETE`. Not the method as it was sent if that is
// another one: hapi can route a request by a method that the app has set.
export function methodOf(parts: RequestParts): string | undefined {
  const method = textOf(parts, 'method') ?? eventMethod(parts);
  if (method === undefined || method.charCodeAt(0) <= upperZ) return method;
  const sent = textOf(nodeRequest(parts) ?? parts, 'method') ?? method;
  return sent.toLowerCase() === method ? sent : method;
}

export function locate(request: RequestParts): string | undefined {
  const original = textOf(request, 'originalUrl');
  const url = textOf(request, 'url') ?? original;
  if (url === undefined) return eventPath(request) ?? uncutPath(request, pathOf(textOf(request, 'path')));
  if (original !== undefined) return mountedPath(request, original, url);
  // An adapter for connect may pass the `url` from which connect has cut the mount path.
  const inner = objectIn(request, 'req') ?? objectIn(request, 'raw');
  const sent = inner && textOf(inner, 'originalUrl');
  if (sent !== undefined) return mountedPath(request, sent, url) ?? mountedPath(inner ?? {}, sent, url);
  return fetchUrlOf(request, url)?.pathname ?? pathOf(url);
}

// An event of h3 has a `path` from which h3 has cut the mount path, and contains the request that was sent. A Node request in
// `req` proves nothing: adapters for routers pass one with a cut `url`, and the whole path.
function uncutPath(event: object, path: string | undefined): string | undefined {
  const node = objectIn(objectIn(event, 'node'), 'req');
  const target = node && (textOf(node, 'originalUrl') ?? textOf(node, 'url'));
  if (target !== undefined && pathOf(target) !== path) return undefined;
  const fetched = objectIn(event, 'req');
  if (fetched === undefined || !hasHeaders(fetched) || !isHeaders(fetched.headers)) return path;
  return fetchUrlOf(fetched, textOf(fetched, 'url') ?? '')?.pathname === path ? path : undefined;
}

function fetchUrlOf(request: RequestParts, url: string): URL | undefined {
  return isHeaders(request.headers) && !url.startsWith('/') && URL.canParse(url) ? new URL(url) : undefined;
}

// Returns the path as it was sent, or `undefined` if middleware rewrote `url`, because the router then uses another path.
// The `mountPath` of koa-mount is not used, because it can be stale.
function mountedPath(request: object, original: string, url: string): string | undefined {
  const mount = textOf(request, 'baseUrl') ?? '';
  const [sent, routed] = [pathOf(original), pathOf(url)];
  if (sent === undefined || routed === undefined) return undefined;
  return mount + routed === sent || (routed === '/' && mount === sent) ? sent : undefined;
}

function pathOf(target: string | undefined): string | undefined {
  if (target === undefined || !target.startsWith('/')) return undefined;
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}
