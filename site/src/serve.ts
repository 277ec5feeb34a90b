// Serves the built site as its host does: an address without an ending is a page, and `/` of the host leads to the base path.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';

interface ServeOptions {
  readonly folder: string;
  readonly base: string;
  /** If absent: 4173, or a free port if that is taken. */
  readonly port?: number | undefined;
}

export interface ServedSite {
  /** `http://localhost:4173` */
  readonly origin: string;
  close(): Promise<void>;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

export async function serveSite({ folder, base, port }: ServeOptions): Promise<ServedSite> {
  const server = createServer((request, response) => {
    const path = decodePath(request.url);
    if (path === '/' && base !== '/') {
      response.writeHead(302, { location: base }).end();
      return;
    }
    const file = path?.startsWith(base) ? findFile(folder, path.slice(base.length)) : undefined;
    const found = file ?? join(folder, '404.html');
    response.writeHead(file === undefined ? 404 : 200, {
      'content-type': contentTypes[extname(found)] ?? 'application/octet-stream',
      'cache-control': 'no-cache',
    });
    response.end(request.method === 'HEAD' ? undefined : readFileSync(found));
  });
  await listen(server, port);
  const address = server.address();
  const used = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `http://localhost:${used}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, port: number | undefined): Promise<void> {
  try {
    await listenOn(server, port ?? 4173);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    if (port !== undefined) throw new Error(`Port ${port} is in use. Choose another, or leave --port out.`);
    await listenOn(server, 0);
  }
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, 'localhost', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function decodePath(url = '/'): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    // An encoded slash or dots must not lead out of the folder.
    return path.split('/').includes('..') || path.includes('\\') || path.includes('\0') ? undefined : path;
  } catch {
    return undefined;
  }
}

function findFile(folder: string, path: string): string | undefined {
  const candidates =
    path === '' || path.endsWith('/') ? [`${path}index.html`] : [path, `${path}.html`, `${path}/index.html`];
  return candidates.map((each) => join(folder, each)).find((each) => existsSync(each) && statSync(each).isFile());
}
