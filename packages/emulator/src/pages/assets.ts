import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Context, Hono } from 'hono';
import { provisionalPaths } from '../provisional-paths.ts';

type ScriptName = 'browser/session' | 'browser/live-page' | 'provisional-paths' | 'published-paths';

/**
 * The scripts that apps load, by URL path. The first one imports the others as `../provisional-paths` and
 * `../published-paths`, so these relative paths must lead from URL to URL as they do from file to file.
 */
const scripts: ReadonlyMap<string, ScriptName> = new Map([
  [provisionalPaths.browserModule, 'browser/session'],
  [besideModule('../provisional-paths.js'), 'provisional-paths'],
  [besideModule('../published-paths.js'), 'published-paths'],
]);

function besideModule(path: string): string {
  return new URL(path, `http://path${provisionalPaths.browserModule}`).pathname;
}

export const scriptPaths: readonly string[] = [...scripts.keys()];

export function browserFileRoutes(): Hono {
  const app = new Hono();
  for (const [path, name] of scripts) app.get(path, (c) => answerScript(c, name));
  return app;
}

export function answerStylesheet(c: Context, text: string): Response {
  return c.body(text, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' });
}

export async function answerScript(c: Context, name: ScriptName): Promise<Response> {
  const headers = { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' };
  return c.body(await readScript(name), 200, headers);
}

async function readScript(name: ScriptName): Promise<string> {
  // Imported only now: Jest, which runs modules as CommonJS, cannot load a file that contains `import.meta`.
  const { moduleUrl } = await import('../module-url.ts');
  const extension = extname(moduleUrl);
  const text = await readFile(new URL(`./${name}${extension}`, moduleUrl), 'utf8');
  if (extension !== '.ts') return text.replace(/^\/\/# sourceMappingURL=.*$/m, '');
  // In this repository's tests the emulator runs from TypeScript source, so convert the script to JavaScript. Import
  // dynamically: a static import would fail on an older Node, before requireSupportedNode() can report the version.
  const { stripTypeScriptTypes } = await import('node:module');
  return stripTypeScriptTypes(text).replaceAll(".ts';", ".js';");
}
