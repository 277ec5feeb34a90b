import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createToriiNext, previewOrigins } from '../src/index.ts';

const names = [
  ...['VERCEL', 'VERCEL_ENV', 'VERCEL_URL', 'VERCEL_BRANCH_URL', 'VERCEL_PROJECT_PRODUCTION_URL'],
  ...['NETLIFY', 'CONTEXT', 'DEPLOY_URL', 'DEPLOY_PRIME_URL', 'URL', 'CF_PAGES', 'CF_PAGES_URL'],
  ...['RENDER', 'RENDER_EXTERNAL_URL', 'RAILWAY_PUBLIC_DOMAIN'],
];
beforeEach(() => {
  for (const name of names) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

function under(environment: Readonly<Record<string, string>>): readonly string[] {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return previewOrigins();
}

const vercel = {
  VERCEL_URL: 'shop-9f3k-acme.vercel.app',
  VERCEL_BRANCH_URL: 'shop-git-cart-acme.vercel.app',
  VERCEL_PROJECT_PRODUCTION_URL: 'shop.example.com',
};
const netlify = {
  NETLIFY: 'true',
  DEPLOY_URL: 'https://5d4a--shop.netlify.app',
  DEPLOY_PRIME_URL: 'https://deploy-preview-7--shop.netlify.app',
  URL: 'https://shop.example.com',
};

test('gives no origins if the platform sets no variables', () => {
  expect(previewOrigins()).toEqual([]);
});

test.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
  [
    'a preview on Vercel',
    { ...vercel, VERCEL_ENV: 'preview' },
    ['https://shop-9f3k-acme.vercel.app', 'https://shop-git-cart-acme.vercel.app'],
  ],
  [
    'production on Vercel',
    { ...vercel, VERCEL_ENV: 'production', VERCEL_BRANCH_URL: 'shop.example.com' },
    ['https://shop-9f3k-acme.vercel.app', 'https://shop.example.com'],
  ],
  [
    'a preview on Netlify',
    { ...netlify, CONTEXT: 'deploy-preview' },
    ['https://5d4a--shop.netlify.app', 'https://deploy-preview-7--shop.netlify.app'],
  ],
  [
    'production on Netlify',
    { ...netlify, CONTEXT: 'production', DEPLOY_PRIME_URL: 'https://shop.example.com' },
    ['https://5d4a--shop.netlify.app', 'https://shop.example.com'],
  ],
  ['Cloudflare Pages', { CF_PAGES: '1', CF_PAGES_URL: 'https://9f3k.shop.pages.dev' }, ['https://9f3k.shop.pages.dev']],
  [
    'Render',
    { RENDER: 'true', RENDER_EXTERNAL_URL: 'https://shop-pr-7.onrender.com' },
    ['https://shop-pr-7.onrender.com'],
  ],
  ['Railway', { RAILWAY_PUBLIC_DOMAIN: 'shop-pr-7.up.railway.app' }, ['https://shop-pr-7.up.railway.app']],
])('gives the origins of the deployment itself: %s', (_name, environment, expected) => {
  const found = under(environment);
  expect(found).toEqual(expected);
  const options = { issuer: 'https://acme.torii.so', signInPath: '/sign-in' };
  expect(() => createToriiNext({ ...options, origins: ['https://shop.example.com', ...found] })).not.toThrow();
});

test.each([
  ['Netlify, without NETLIFY', { ...netlify, NETLIFY: '' }],
  ['Netlify on your own machine', { ...netlify, NETLIFY: 'false' }],
  ['Cloudflare Pages, without CF_PAGES', { CF_PAGES_URL: 'https://9f3k.shop.pages.dev' }],
  ['Render, without RENDER', { RENDER_EXTERNAL_URL: 'https://shop.onrender.com' }],
  ['the main address of a preview', { VERCEL_ENV: 'preview', VERCEL_PROJECT_PRODUCTION_URL: 'shop.example.com' }],
  ['the main address of a preview', { NETLIFY: 'true', CONTEXT: 'deploy-preview', URL: 'https://shop.example.com' }],
])('leaves out variables that are not of this deployment: %s', (_name, environment) => {
  expect(under(environment)).toEqual([]);
});

test.each([
  '',
  ' ',
  '*.vercel.app',
  'https://*.vercel.app',
  '*',
  'null',
  'vercel',
  'localhost:3000',
  'http://shop.vercel.app',
  'HTTP://shop.vercel.app',
  'ftp://shop.vercel.app',
  '//shop.vercel.app',
  'javascript:alert(1)',
  'https://https://shop.vercel.app',
  'https://user@shop.vercel.app',
  'user:password@shop.vercel.app',
  'shop.vercel.app/path',
  'shop.vercel.app//',
  'shop.vercel.app?x=1',
  'shop.vercel.app#x',
  'shop.vercel.app\\@evil.test',
  'shop.vercel.app evil.test',
  'shop.vercel.app,evil.test',
  'shop.vercel.app\nevil.test',
  'shop.vercel.app\n',
  'shop..vercel.app',
  '.vercel.app',
  'shop.vercel.app.',
  '-shop.vercel.app',
  'shop.vercel.app:443',
  'shop.vercel.app:0443',
  'shop.vercel.app:99999',
  'shop.vercel.app:',
  '127.0.0.1',
  '0x7f.1',
  '[::1]',
  'shöp.vercel.app',
  `${'a'.repeat(300)}.vercel.app`,
])('leaves out what is not a whole https origin: %j', (value) => {
  expect(under({ VERCEL_URL: value })).toEqual([]);
});

test.each([
  ['https://shop.vercel.app', 'https://shop.vercel.app'],
  ['https://shop.vercel.app/', 'https://shop.vercel.app'],
  ['Shop.Vercel.App', 'https://shop.vercel.app'],
  ['shop.vercel.app:8443', 'https://shop.vercel.app:8443'],
  ['xn--shp-sna.vercel.app', 'https://xn--shp-sna.vercel.app'],
])('reads a URL or a host: %s', (value, origin) => {
  expect(under({ VERCEL_URL: value, VERCEL_BRANCH_URL: value })).toEqual([origin]);
});
