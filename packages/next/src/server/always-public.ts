import { withoutTrailingSlash } from '../paths.ts';

/** The paths that the proxy lets through without a token, whatever the app's options are. */
export function alwaysPublic(signInPath: string, tokenPath: string): readonly string[] {
  const exact = [signInPath, tokenPath, ...metadataPaths].flatMap(withBothSlashForms);
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
  // Created by code, such as app/icon.tsx.
  ...['/icon', '/apple-icon', '/opengraph-image', '/twitter-image'],
];

// Returns the path with and without a trailing slash. Both must be public: Next redirects from one to the other.
function withBothSlashForms(path: string): readonly string[] {
  const base = withoutTrailingSlash(path);
  return base === '/' ? [base] : [base, `${base}/`];
}
