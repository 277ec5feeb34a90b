import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { Hono } from 'hono';
import { stylesheet } from './pages/stylesheet.ts';
import { provisionalPaths } from './provisional-paths.ts';

/** Where each script is, beside this file. One imports another as it does here: their paths keep the same distance. */
const scripts = new Map([
  [provisionalPaths.browserModule, 'browser/session'],
  [new URL('../provisional-paths.js', `http://path${provisionalPaths.browserModule}`).pathname, 'provisional-paths'],
]);

export const scriptPaths: readonly string[] = [...scripts.keys()];

/** What pages load: the stylesheet, and the scripts as they are published. */
export function browserFileRoutes(): Hono {
  const app = new Hono().get(provisionalPaths.stylesheet, (c) =>
    c.body(stylesheet, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' }),
  );
  for (const [path, file] of scripts) {
    app.get(path, async (c) =>
      c.body(await readScript(file), 200, {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'no-cache',
      }),
    );
  }
  return app;
}

async function readScript(name: string): Promise<string> {
  const extension = extname(import.meta.url);
  const text = await readFile(new URL(`./${name}${extension}`, import.meta.url), 'utf8');
  if (extension !== '.ts') return text;
  // This repository's own tests and examples run from the source. Loaded only here: older versions of Node lack it.
  const { stripTypeScriptTypes } = await import('node:module');
  return stripTypeScriptTypes(text).replaceAll(".ts';", ".js';");
}
