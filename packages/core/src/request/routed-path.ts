import { readPath } from './path.ts';

/**
 * Returns the path that the client sent, without the query, if the framework's router uses the same path. Returns `undefined` if
 * it does not, because middleware rewrote the path or a mount removed a prefix. A request whose path is unknown is never treated as public.
 *
 * @param sent The target as it was sent, such as `originalUrl` in Express, or the `pathname` of a Fetch request's URL
 * @param routed The path that the router uses, with or without a query; decoded or as it was sent
 * @example describe: (ctx) => ({ path: routedPath(ctx.originalUrl, ctx.path), method: ctx.method, headers: ctx.headers, req: ctx.req })
 */
export function routedPath(sent: string | undefined, routed: string | undefined): string | undefined {
  const [from, to] = [withoutQuery(sent), withoutQuery(routed)];
  if (from === undefined || to === undefined) return undefined;
  if (from === to) return from;
  const reading = readPath(from);
  if ('problem' in reading) return undefined;
  if (reading.path === to) return from;
  const other = readPath(to);
  return 'path' in other && other.path === reading.path ? from : undefined;
}

function withoutQuery(target: string | undefined): string | undefined {
  if (!target?.startsWith('/')) return undefined;
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}
