import { withoutTrailingSlash } from '../../paths.ts';

/** The paths that the proxy lets through without a token, whatever the app's options are. */
export function alwaysPublic(signInPath: string, tokenPath: string): readonly string[] {
  const exact = [...[signInPath, tokenPath].flatMap(withBothSlashForms), ...metadataPaths.flatMap(asNextShows)];
  return [...exact, '/_torii/*', '/_next/static/*'];
}

const images = (name: string, extensions: readonly string[]) => extensions.map((extension) => `/${name}.${extension}`);

/**
 * The files of the app's root that browsers and crawlers ask for without a token: icons, the manifest, and what Next calls
 * metadata files. Exact paths, because a guarded page may have any other name, such as `/notes/icon.png`.
 */
const metadataPaths: readonly string[] = [
  ...['/favicon.ico', '/robots.txt', '/sitemap.xml', '/manifest.webmanifest', '/manifest.json'],
  ...images('icon', ['ico', 'jpg', 'jpeg', 'png', 'svg']),
  ...images('apple-icon', ['jpg', 'jpeg', 'png']),
  ...images('opengraph-image', ['jpg', 'jpeg', 'png', 'gif']),
  ...images('twitter-image', ['jpg', 'jpeg', 'png', 'gif']),
  // Metadata files that code creates, such as app/icon.tsx.
  ...['/icon', '/apple-icon', '/opengraph-image', '/twitter-image'],
];

// Both are public, whatever Next's option is: a sign-in page that redirects to itself would be a loop.
function withBothSlashForms(path: string): readonly string[] {
  const base = withoutTrailingSlash(path);
  return base === '/' ? [base] : [base, `${base}/`];
}

// With Next's option `trailingSlash`, the proxy sees the path of a page with a slash. Without it, a path with a slash is not
// public: Next shows the proxy `/welcome/x/...rsc` as `/welcome/`, and then opens a page such as app/welcome/x/[id].
export function asNextShows(path: string): readonly string[] {
  if (path.endsWith('/*')) return [path];
  // Next writes the option into the app's bundles in place of this variable, whose name is internal to Next.
  return process.env['__NEXT_TRAILING_SLASH'] ? withBothSlashForms(path) : [path, withoutTrailingSlash(path)];
}
