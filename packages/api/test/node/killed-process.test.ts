import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { user } from './faulty-server.ts';

test.each(['ban', 'delete'])(
  '44: a process that is killed between the answer to a %s and the last announcement has announced it',
  async (operation) => {
    const folder = mkdtempSync(join(tmpdir(), 'torii-killed-'));
    const store = join(folder, 'store');
    writeFileSync(store, '');
    const stored: string[] = [];
    const api = createServer((request, response) => {
      stored.push(readFileSync(store, 'utf8'));
      request.resume().on('end', () => response.end(JSON.stringify({ ...user, environmentId: 'e1' })));
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
    const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    const program = join(import.meta.dirname, 'announcing-app.ts');
    const child = spawn(process.execPath, ['--conditions=@torii/source', program, apiUrl, store, operation]);
    let errors = '';
    child.stderr.on('data', (text) => {
      errors += text;
    });
    try {
      const ended = once(child, 'exit');
      const answered = once(child.stdout, 'data').then(([text]) => String(text));
      expect(await Promise.race([answered, ended.then(() => errors)])).toContain('The API has answered.');
      child.kill('SIGKILL');
      await ended;
      expect(stored).toEqual(['ada\n']);
      expect(readFileSync(store, 'utf8')).toBe('ada\n');
    } finally {
      child.kill('SIGKILL');
      api.close();
      api.closeAllConnections();
      rmSync(folder, { recursive: true });
    }
  },
);
