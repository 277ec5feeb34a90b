import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { thrown } from './errors.ts';

export const environments: readonly (string | undefined)[] = ['production', 'development', undefined];

export interface Asked {
  readonly framework: string;
  /** The name of the error that was thrown. */
  readonly error: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Asks every framework for every error. Fails if the process of the servers ends, for example by a rejection. */
export async function askAll(environment: string | undefined): Promise<readonly Asked[]> {
  const { NODE_ENV: _ours, NODE_OPTIONS: _options, ...env } = process.env;
  const program = join(import.meta.dirname, 'server.ts');
  const child = spawn(process.execPath, ['--conditions=@torii/source', program], {
    env: { ...env, ...(environment !== undefined && { NODE_ENV: environment }) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`The servers ended: ${code}\n${log}`)));
  ended.catch(() => {});
  try {
    const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
    const ports: Readonly<Record<string, number>> = JSON.parse(String(line));
    const asked: Asked[] = [];
    for (const [framework, port] of Object.entries(ports)) {
      for (const [index, { name }] of thrown.entries()) {
        const response = await Promise.race([fetch(`http://127.0.0.1:${port}/${index}`), ended]);
        const { status, headers } = response;
        asked.push({ framework, error: name, status, headers, body: await response.text() });
      }
    }
    return asked;
  } finally {
    child.stdin.end();
    child.kill();
  }
}
