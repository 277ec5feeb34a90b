// [21] What the README's matcher keeps from the proxy, as Next reads it, and what the proxy lets through without a token.
import { createRequire } from 'node:module';
import { type NextFetchEvent, NextRequest } from 'next/server.js';
import { describe, expect, test } from 'vitest';
import { createApp } from './create-app.ts';
import { readmeBlocks } from './readme-blocks.ts';

type RouteMatcher = (pathname: string, request: { headers: object }, query: object) => boolean;

const require = createRequire(import.meta.url);
const { code = '' } = readmeBlocks().find(({ path }) => path === 'proxy.ts') ?? {};
const matcher: string[] = [...code.matchAll(/^ {4}'(.+)',$/gm)].map(([, literal]) => JSON.parse(`"${literal}"`));

/** Whether the proxy runs for a path, below `basePath`, according to a version of Next. */
function proxiedBy(next: string, config: { basePath?: string; i18n?: object }): (path: string) => boolean {
  const { getMiddlewareMatchers } = require(`${next}/dist/build/analysis/get-page-static-info.js`);
  const { getMiddlewareRouteMatcher } = require(`${next}/dist/shared/lib/router/utils/middleware-route-matcher.js`);
  const isProxied: RouteMatcher = getMiddlewareRouteMatcher(
    getMiddlewareMatchers(matcher, { trailingSlash: false, ...config }),
  );
  // Next adds the default language before it asks.
  const prefix = (config.basePath ?? '') + (config.i18n ? '/en' : '');
  return (path) => isProxied(prefix + path, { headers: {} }, {});
}

const { proxy } = createApp({
  issuer: 'https://issuer.test',
  signInPath: '/sign-in',
  origins: ['https://app.test'],
});
const isLetThrough = async (path: string) =>
  (await proxy()(new NextRequest(`https://app.test${path}`), {} as NextFetchEvent)).headers.has('x-middleware-next');

const files = [
  ...['/favicon.ico', '/robots.txt', '/sitemap.xml', '/manifest.webmanifest', '/manifest.json'],
  ...['/icon.png', '/icon.svg', '/icon.ico', '/icon', '/apple-icon.png', '/apple-icon', '/opengraph-image.jpg'],
  ...['/opengraph-image', '/twitter-image.gif', '/icon.png?icon.117ezoe8m31dk.png', '/robots.txt?x=/admin'],
];
const images = [
  ...['/next.svg', '/vercel.svg', '/file.svg', '/globe.svg', '/window.svg'],
  ...['/images/photo.png', '/images/a/b/photo@2x.webp', '/images/logo.svg', '/_next/image', '/_next/image/'],
  ...[
    '/_next/static/chunks/1tq6ppe__m8m-.js',
    '/_next/static/media/photo.0~abc.png',
    '/_next/static/x/_buildManifest.js',
  ],
];
const guarded = [
  ...['/', '/notes', '/admin.png', '/admin.png/x', '/private.svg', '/notes/icon.png', '/notes/opengraph-image'],
  ...[
    '/next.svg/x',
    '/next.svgx',
    '/xnext.svg',
    '/a/next.svg',
    '/NEXT.svg',
    '/next.svg/',
    '/next%2esvg',
    '/next.svg%0a',
  ],
  ...['/images', '/images/', '/images/admin', '/images/a.rsc', '/images/a.png/x', '/images/a.png.rsc', '/Images/a.png'],
  ...['/imagesx/a.png', '/a/images/a.png', '//images/a.png', '/images%2fa.png', '/%69mages/a.png', '/images/a.png;x'],
  ...['/images/..%2fadmin.png', '/images/%2e%2e/admin.png', '/images/..%5cadmin.png', '/images/..;/admin.png'],
  ...[
    '/images/a%20b.png',
    '/images/a.png%00',
    '/images/a%2epng',
    '/images/%252e%252e%252fadmin.png',
    '/images/a.png%0a',
  ],
  ...[
    '/_next/image/x',
    '/_next/imagex',
    '/_next/images',
    '/x/_next/image',
    '/_next/static',
    '/_next/data/b/notes.json',
  ],
  ...['/_next/static/..%2f..%2fadmin', '/_next/static/%2e%2e/admin', '/_next/static/a;x', '/_next/staticx/a', '/_next'],
  ...[
    '/favicon.ico/x',
    '/favicon.icox',
    '/FAVICON.ICO',
    '/favicon%2eico',
    '/favicon.ico%00',
    '/favicon.ico;x',
    '/favicon',
  ],
  ...[
    '/robots.txt/x',
    '/robots.txt%2f..%2fadmin',
    '/%72obots.txt',
    '/icon/x',
    '/icons',
    '/icon1.png',
    '/icon.gif',
    '/icon.png.rsc',
  ],
  ...['/sitemap.xml.gz', '/sitemap/1.xml', '/blog/sitemap.xml', '/.well-known/x', '/robots.txt//x', '//robots.txt'],
];

test('the README has a matcher', () => {
  expect(matcher).toHaveLength(1);
});

describe.each([
  ['next', {}],
  ['next', { basePath: '/shop' }],
  ['next', { i18n: { locales: ['en', 'da'], defaultLocale: 'en' } }],
  ['next15', {}],
  ['next15', { basePath: '/shop' }],
])('%s with %j', (next, config) => {
  const isProxied = proxiedBy(next, config);

  test.each(images)('the matcher leaves out %s', (path) => {
    expect(isProxied(path)).toBe(false);
  });

  test.each(guarded.filter((path) => path !== '/'))('the matcher has %s', (path) => {
    expect(isProxied(path)).toBe(true);
  });
});

test.each(files)('the proxy lets through %s', async (path) => {
  expect(await isLetThrough(path)).toBe(true);
});

test.each([...guarded, '/favicon.ico/../admin', '/robots.txt/%2e%2e/admin'])('the proxy guards %s', async (path) => {
  expect(await isLetThrough(path)).toBe(false);
});
