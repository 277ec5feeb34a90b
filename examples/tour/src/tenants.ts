// Two groups of companies and three roles: which caller may do what in which company.
import { fileURLToPath } from 'node:url';
import type { Emulator } from '@torii/emulator';
import getPort from 'get-port';
import { startServer } from './servers.ts';
import type { Step } from './tour.ts';

export const tenantPlaces = ['companies'] as const;

/** Starts the app, sends requests as users of both groups, and stops the app. */
export async function takeTenantsTour(emulator: Emulator): Promise<readonly Step[]> {
  const file = fileURLToPath(new URL('../../multi-tenant/src/server.ts', import.meta.url));
  const port = await getPort({ host: '127.0.0.1' });
  const app = await startServer({ name: 'companies', file }, { port, environment: { TORII_ISSUER: emulator.issuer } });
  try {
    return await sendRequests(emulator, app.url);
  } finally {
    await app.stop();
  }
}

async function sendRequests(emulator: Emulator, url: string): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const tokenOf = (id: string, role: string, companies: readonly string[], changes: object = {}) =>
    emulator.token({ organization: { id, role: `org:${role}` }, claims: { companies }, ...changes });
  const reader = await tokenOf('acme', 'reader', ['acme-north']);
  const clerk = await tokenOf('acme', 'clerk', ['acme-north', 'acme-south']);
  const admin = await tokenOf('globex', 'administrator', ['globex-one']);
  const acting = await tokenOf('acme', 'clerk', ['acme-north'], { actor: { sub: 'root' } });

  const ask = async (sent: string, expected: string, token: string, headers: Record<string, string> = {}) => {
    const [method = '', path] = sent.split(' ');
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      signal: AbortSignal.timeout(60_000),
    });
    const body = (await response.json().catch(() => undefined)) as { error?: { reason: string } } | undefined;
    const answer = [response.status, body?.error?.reason].filter((part) => part !== undefined).join(' ');
    steps.push({ sent, expected, answers: new Map([['companies', answer]]) });
  };
  const atAcme = { 'x-tenant-id': 'acme' };
  const atGlobex = { 'x-tenant-id': 'globex' };

  await ask("GET /api/acme-north/invoices as acme's reader", '200', reader, atAcme);
  await ask("POST /api/acme-north/invoices as acme's reader", '403 not_allowed', reader, atAcme);
  await ask(
    "GET /api/acme-south/invoices as acme's reader, who has only acme-north",
    '403 not_allowed',
    reader,
    atAcme,
  );
  await ask("POST /api/acme-south/invoices as acme's clerk, who has both", '201', clerk, atAcme);
  await ask("GET /api/acme-south/invoices/17 as acme's clerk", '200', clerk, atAcme);
  await ask("DELETE /api/acme-south/staff/eve as acme's clerk", '403 not_allowed', clerk, atAcme);
  await ask("DELETE /api/globex-one/staff/eve as globex's administrator", '200', admin, atGlobex);
  await ask("DELETE /api/acme-north/staff/eve as globex's administrator", '403 not_allowed', admin, atGlobex);
  await ask("GET /api/globex-one/invoices with acme's header", '403 not_allowed', admin, atAcme);
  await ask('GET /api/globex-one/invoices without a tenant header', '403 not_allowed', admin);
  await ask('GET /api/globex-one//invoices with a doubled slash', '400 request_malformed', admin, atGlobex);
  await ask('GET /me as a clerk: needs no tenant', '200', clerk);
  await ask('GET /me by an administrator who impersonates a clerk', '403 not_allowed', acting);
  return steps;
}
