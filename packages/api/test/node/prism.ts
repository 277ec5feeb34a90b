import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readCompleteSpec } from '../../../../scripts/generate/complete-spec.ts';
import type { JsonObject } from '../../../../spec/corrections.ts';

/** Prism as a proxy: a request or response that violates the specification becomes an error response of Prism. */
export interface Prism extends AsyncDisposable {
  readonly url: string;
}

export const spec: JsonObject = readCompleteSpec();

export async function startPrism(
  upstream: string,
  { validatesRequests = true }: { readonly validatesRequests?: boolean } = {},
): Promise<Prism> {
  const folder = mkdtempSync(join(tmpdir(), 'torii-prism-'));
  const file = join(folder, 'spec.json');
  writeFileSync(file, JSON.stringify(spec));
  const port = await findFreePort();
  const program = createRequire(import.meta.url).resolve('@stoplight/prism-cli');
  const flags = ['--errors', `--validate-request=${validatesRequests}`, '--port', `${port}`, '--host', '127.0.0.1'];
  const child = spawn(process.execPath, [program, 'proxy', file, upstream, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface(child.stdout)) {
    if (!line.includes('is listening')) continue;
    // Discard further output: a full pipe would block Prism.
    child.stdout.resume();
    return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop };
  }
  await stop();
  throw new Error('Prism exited before it was listening.');
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
