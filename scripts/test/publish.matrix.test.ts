import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listPackages, repository } from '../workspace.ts';

interface Published {
  readonly name: string;
  readonly authorization: string | undefined;
}

const packages = listPackages().map(({ manifest }) => manifest.name);
let registry: Server;
let published: Published[];

beforeEach(async () => {
  published = [];
  const documents = new Map<string, unknown>();
  registry = createServer(async (request, response) => {
    const name = decodeURIComponent(request.url ?? '').slice(1);
    if (request.method === 'PUT') {
      documents.set(name, JSON.parse(await text(request)));
      published.push({ name, authorization: request.headers.authorization });
    }
    const document = documents.get(name);
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? { error: 'not found' }));
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await new Promise((resolve) => registry.close(resolve));
});

test('publishes all packages once, dependencies first, with the token of the environment', async () => {
  const first = await publish({ NPM_TOKEN: 'token-for-a-test' });
  expect(first).toMatchObject({ status: 0 });
  expect(published.map(({ name }) => name).sort()).toEqual(packages);
  expect(published[0]?.name).toBe('@torii/core');
  expect(new Set(published.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer token-for-a-test']));

  const again = await publish({ NPM_TOKEN: 'token-for-a-test' });
  expect(again).toMatchObject({ status: 0 });
  expect(again.output.match(/is already published/g)).toHaveLength(packages.length);
  expect(published).toHaveLength(packages.length);
});

test('publishes nothing in a dry run', async () => {
  const { status, output } = await publish({}, '--dry-run');
  expect(status).toBe(0);
  expect(output.match(/would be published/g)).toHaveLength(packages.length);
  expect(published).toEqual([]);
});

test('publishes nothing without a login', async () => {
  const { status, output } = await publish({ NPM_TOKEN: '' });
  expect(status).not.toBe(0);
  expect(output).toContain('ENEEDAUTH');
  expect(published).toEqual([]);
});

async function publish(environment: NodeJS.ProcessEnv, ...options: readonly string[]) {
  const { NPM_TOKEN: _, ...inherited } = process.env;
  const { port } = registry.address() as AddressInfo;
  const child = spawn(process.execPath, [join(repository, 'scripts', 'release', 'publish.ts'), ...options], {
    env: { ...inherited, npm_config_registry: `http://127.0.0.1:${port}/`, ...environment },
  });
  const [output, errors, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { status, output: `${output}${errors}` };
}
