export const defaultTokenPath = '/api/torii/token';

export const issuerPaths: readonly string[] = ['/_torii/*'];

const images = (name: string, extensions: readonly string[]) => extensions.map((extension) => `/${name}.${extension}`);

/**
 * The files of the app's root that browsers and crawlers ask for without a token: icons, the manifest, and what Next calls
 * metadata files. Exact paths, because a guarded page may have any other name, such as `/notes/icon.png`.
 */
export const metadataPaths: readonly string[] = [
  ...['/favicon.ico', '/robots.txt', '/sitemap.xml', '/manifest.webmanifest', '/manifest.json'],
  ...images('icon', ['ico', 'jpg', 'jpeg', 'png', 'svg']),
  ...images('apple-icon', ['jpg', 'jpeg', 'png']),
  ...images('opengraph-image', ['jpg', 'jpeg', 'png', 'gif']),
  ...images('twitter-image', ['jpg', 'jpeg', 'png', 'gif']),
  // Created by code, such as app/icon.tsx.
  ...['/icon', '/apple-icon', '/opengraph-image', '/twitter-image'],
];

export const returnParameter = 'return_to';

export function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
