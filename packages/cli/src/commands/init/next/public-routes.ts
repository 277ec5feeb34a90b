// Lists the paths that the app has already. They stay public, so that adding the proxy breaks no request.
import { posix } from 'node:path';
import type { Project } from '../plan.ts';
import type { NextShape } from './shape.ts';

/** Images that `create-next-app` writes. The proxy does not run for them. */
const unmatched = /^(?:next|vercel|file|globe|window)\.svg$|^images\/[\w/.@-]+\.(?:avif|gif|jpe?g|png|svg|webp)$/;

/** Files that are always public. */
const metadata = /^(?:favicon\.ico|robots\.txt|sitemap\.xml|manifest\.(?:webmanifest|json)|(?:apple-)?icon\.\w+)$/;

/** The paths of pages and routes in the form of the option `publicPaths`, without those that an earlier run added. */
export function routesOf({ files }: Project, { source }: NextShape): readonly string[] {
  const inside = (folder: string) => {
    const root = posix.join(source, folder);
    const own = files.list(root).filter((path) => !/torii/i.test(files.read(path) ?? ''));
    return own.map((path) => path.slice(root.length + 1));
  };
  return [...inside('app').flatMap(appRoute), ...inside('pages').flatMap(pagesRoute)].flatMap(withStar);
}

/** `undefined` if a page can have any path, such as `app/[slug]/page.tsx`. */
export function publicPathsOf(project: Project, shape: NextShape, hasProxy: boolean): readonly string[] | undefined {
  const routes = routesOf(project, shape);
  if (routes.includes('/*')) return undefined;
  const kept = project.files.list('public').map((path) => path.slice('public/'.length));
  const guarded = kept.filter((path) => !metadata.test(path) && (hasProxy || !unmatched.test(path)));
  const usable = [...routes, ...guarded.map(publicFile)].filter((path) => /^[\w/.@~+*-]+$/.test(path));
  // Our proxy.ts does not run for image requests, except with a language prefix. An existing proxy may run for them.
  const optimizer = hasProxy || shape.hasLanguages ? ['/_next/image'] : [];
  return [...new Set(['/', ...usable, ...optimizer])];
}

/** The segments of a path. Those in brackets are parameters. */
type Segments = readonly string[];

function appRoute(path: string): readonly Segments[] {
  if (!/(?:^|\/)(?:page|route)\.(?:[jt]sx?|mdx?)$/.test(path)) return [];
  const segments = posix
    .dirname(path)
    .split('/')
    .filter((segment) => segment !== '.');
  // Folders that begin with `_` are private, and those such as `(..)photo` show a page at the path of another one.
  if (segments.some((segment) => /^_|^\(\.+\)/.test(segment))) return [];
  return [segments.filter((segment) => !/^\(.*\)$|^@/.test(segment)).map(decode)];
}

function pagesRoute(path: string): readonly Segments[] {
  const [, route] = /^(.*)\.(?:[jt]sx?|mdx?)$/.exec(path) ?? [];
  if (route === undefined || /^(?:_app|_document|_error|404|500)$/.test(route)) return [];
  return [route.split('/').filter((segment, index, all) => segment !== 'index' || index < all.length - 1)];
}

function decode(segment: string): string {
  return segment.replaceAll(/%5f/gi, '_');
}

/** The path up to the first parameter, which may also be absent if it is written as `[[...name]]`. */
function withStar(segments: Segments): readonly string[] {
  const first = segments.findIndex((segment) => segment.includes('['));
  if (first === -1) return [`/${segments.join('/')}`];
  const start = segments
    .slice(0, first)
    .map((segment) => `/${segment}`)
    .join('');
  return [...(segments[first]?.startsWith('[[') && start !== '' ? [start] : []), `${start}/*`];
}

function publicFile(path: string): string {
  const [folder] = path.split('/');
  return path.includes('/') ? `/${folder}/*` : `/${path}`;
}
