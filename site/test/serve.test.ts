import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedSite, serveSite } from '../src/serve.ts';

let parent: string;
let site: ServedSite;
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'torii-site-'));
  const folder = join(parent, 'dist');
  mkdirSync(join(folder, 'start'), { recursive: true });
  writeFileSync(join(parent, 'secret.html'), 'secret');
  for (const [file, text] of [
    ['index.html', 'home'],
    ['tokens.html', 'tokens'],
    ['tokens.md', '# Tokens'],
    ['404.html', 'none'],
    ['start/index.html', 'start'],
  ] as const) {
    writeFileSync(join(folder, file), text);
  }
  site = await serveSite({ folder, base: '/docs/', port: 0 });
});
afterAll(async () => {
  await site.close();
  rmSync(parent, { recursive: true });
});

test.each([
  ['/docs/', 200, 'home', 'text/html; charset=utf-8'],
  ['/docs/tokens', 200, 'tokens', 'text/html; charset=utf-8'],
  ['/docs/tokens?x=1', 200, 'tokens', 'text/html; charset=utf-8'],
  ['/docs/tokens.md', 200, '# Tokens', 'text/markdown; charset=utf-8'],
  ['/docs/start/', 200, 'start', 'text/html; charset=utf-8'],
  ['/docs/nothing', 404, 'none', 'text/html; charset=utf-8'],
  ['/tokens', 404, 'none', 'text/html; charset=utf-8'],
  ['/docs/%2e%2e/secret', 404, 'none', 'text/html; charset=utf-8'],
  ['/docs/..%2fsecret.html', 404, 'none', 'text/html; charset=utf-8'],
  ['/docs/%', 404, 'none', 'text/html; charset=utf-8'],
])('answers %s with %i', async (path, status, body, type) => {
  const response = await fetch(site.origin + path);
  expect([response.status, await response.text(), response.headers.get('content-type')]).toEqual([status, body, type]);
});

test('leads from / to the home page', async () => {
  const response = await fetch(`${site.origin}/`, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([302, '/docs/']);
});

test('says that a port is in use if it was asked for', async () => {
  const port = Number(new URL(site.origin).port);
  await expect(serveSite({ folder: parent, base: '/', port })).rejects.toThrow(
    `Port ${port} is in use. Choose another, or leave --port out.`,
  );
});
