/**
 * Next's `basePath`, such as `/shop`, or an empty string. Next writes it into the bundles of the server and of the browser
 * in place of this variable, whose name is internal to Next.
 */
export function readBasePath(): string {
  return process.env['__NEXT_ROUTER_BASEPATH'] || '';
}

/** Adds `basePath` to a path of the app, as Next's `<Link>` and `redirect` do. A URL stays the same. */
export function withBasePath(path: string): string {
  if (!path.startsWith('/')) return path;
  const basePath = readBasePath();
  return path === '/' && basePath !== '' ? basePath : basePath + path;
}
