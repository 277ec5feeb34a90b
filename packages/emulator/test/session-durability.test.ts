import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { publishedPaths } from '../src/published-paths.ts';
import { login } from './browser.ts';
import { configurationOf, runProgram } from './program.ts';

const kills = 3;
const acknowledgedPerRun = 12;

interface State {
  readonly authenticated: boolean;
  readonly session: { readonly activeOrganizationId: string | null } | null;
  readonly organizations: readonly { readonly id: string }[];
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-session-durability-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(`keeps logins, switches and logouts that it acknowledged before each of ${kills} kills`, async () => {
  const [data, seed] = [join(folder, 'torii.db'), join(folder, 'seed.json')];
  const members = [{ email: login.email, role: 'org:administrator' }];
  writeFileSync(seed, JSON.stringify({ users: [login], organizations: [{ slug: 'acme', name: 'Acme', members }] }));
  /** What was acknowledged last for the secret of each session. */
  const expected = new Map<string, 'opened' | 'switched' | 'ended'>();
  for (let kill = 0; kill <= kills; kill++) {
    const program = runProgram('--port', '0', '--data', data, '--seed', seed);
    onTestFinished(() => void program.process.kill('SIGKILL'));
    const { issuer } = await configurationOf(program);
    const send = (method: string, path: string, token?: string, json?: object) =>
      fetch(issuer + path, {
        method,
        headers: {
          ...(token !== undefined && { 'x-torii-session-token': token }),
          ...(json && { 'content-type': 'application/json' }),
        },
        ...(json && { body: JSON.stringify(json) }),
      });
    const stateOf = async (token: string) => (await (await send('GET', publishedPaths.client, token)).json()) as State;

    for (const [token, last] of expected) {
      const { authenticated, session } = await stateOf(token);
      const shown = authenticated ? (session?.activeOrganizationId ? 'switched' : 'opened') : 'ended';
      expect(shown).toBe(last);
    }
    if (kill === kills) break;

    let acknowledged = 0;
    const note = (token: string, last: 'opened' | 'switched' | 'ended') => {
      expected.set(token, last);
      acknowledged += 1;
      if (acknowledged === acknowledgedPerRun) program.process.kill('SIGKILL');
    };
    const useUntilGone = async () => {
      let token = '';
      try {
        for (;;) {
          const opened = await send('POST', `${publishedPaths.login}?_is_native=1`, undefined, login);
          token = opened.headers.get('x-torii-session-token') ?? '';
          await opened.json();
          note(token, 'opened');
          const [organization] = (await stateOf(token)).organizations;
          await (await send('POST', `${publishedPaths.organizations}/${organization?.id}/switch`, token)).json();
          note(token, 'switched');
          if (acknowledged % 2 === 0) continue;
          if ((await send('POST', publishedPaths.logout, token)).status === 204) note(token, 'ended');
        }
      } catch (error) {
        // The state of a session whose request was in flight is not known. If the connection is closed, fetch throws a
        // TypeError, or response.json() a SyntaxError.
        expected.delete(token);
        if (!['TypeError', 'SyntaxError'].includes(Object(error).name)) throw error;
      }
    };
    await Promise.all([useUntilGone(), useUntilGone(), useUntilGone()]);
    expect(await program.ended).toBe('SIGKILL');
  }
  expect(expected.size).toBeGreaterThan(kills);
});
