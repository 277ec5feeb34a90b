// The emulator carries out each first request, and closes the connection instead of answering.
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createToriiClient, type ToriiClient, type ToriiConnectionError } from '../../src/index.ts';
import { failureOf } from '../scripted-api.ts';

let emulator: Emulator;
let client: ToriiClient;
let userId: string;
let organizationId: string;

beforeAll(async () => {
  emulator = await startEmulator();
  client = createToriiClient({ secretKey: emulator.secretKey, apiUrl: emulator.apiUrl, maxRetries: 5 });
  userId = (await client.users.create({ email: 'ada@example.com' })).id;
  organizationId = (await emulator.createOrganization({ name: 'Acme', members: [{ userId, role: 'org:member' }] })).id;
});

afterAll(() => emulator.stop());

/** Runs a call whose first answer is lost. Returns its outcome and how many requests arrived. */
async function losing(
  call: () => PromiseLike<unknown>,
): Promise<{ readonly outcome: unknown; readonly requests: number }> {
  const before = emulator.requests.api;
  emulator.cut('api', { at: 'answer', times: 1 });
  const outcome = await failureOf(call());
  return { outcome, requests: emulator.requests.api - before };
}

const lost: Partial<ToriiConnectionError> = { name: 'ToriiConnectionError', mayHaveArrived: true, attempts: 1 };

test('31: an invitation whose answer was lost is sent once', async () => {
  const email = 'bo@example.com';
  const create = await losing(() => client.invitations.create({ email }));
  expect(create).toMatchObject({ outcome: lost, requests: 1 });
  expect(emulator.mails).toHaveLength(1);
  const { items } = await client.invitations.list({ search: email });
  expect(items).toHaveLength(1);
  const resend = await losing(() => client.invitations.resend(items[0]?.id ?? ''));
  expect(resend).toMatchObject({ outcome: lost, requests: 1 });
  expect(emulator.mails).toHaveLength(2);
});

test('31: an impersonation token whose answer was lost is created once', async () => {
  const { id: actorUserId } = await client.users.create({});
  const params = { actorUserId, reason: 'Support case 7' };
  const { outcome, requests } = await losing(() => client.users.createImpersonationToken(userId, params));
  expect(outcome).toMatchObject(lost);
  expect(requests).toBe(1);
});

test('31: changes whose answer was lost are repeated', async () => {
  const { id } = await client.invitations.create({ email: 'cy@example.com' });
  const bag = { publicMetadata: { plan: 'pro', seats: null } };
  for (const call of [
    () => client.users.updateMetadata(userId, bag),
    () => client.organizations.updateMetadata(organizationId, bag),
    () => client.organizations.updateMemberMetadata(organizationId, userId, bag),
    () => client.invitations.updateMetadata(id, bag),
    () => client.allowedOrigins.replace({ origins: ['https://app.example.com'] }),
    () => client.allowedOrigins.get(),
    () => client.invitations.revoke(id),
  ]) {
    expect(await losing(call)).toMatchObject({ outcome: 'It succeeded.', requests: 2 });
  }
  expect(await client.organizations.get(organizationId)).toMatchObject({ publicMetadata: { plan: 'pro' } });
  expect(await client.invitations.get(id)).toMatchObject({ status: 'REVOKED' });
});
