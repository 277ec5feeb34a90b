import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Clock } from '../src/clock.ts';
import { createIdGenerator } from '../src/database/ids.ts';
import { openStore } from '../src/database/store.ts';
import { loadEnvironments } from '../src/environment-records.ts';
import { Organizations } from '../src/organizations/organizations.ts';
import { Sessions } from '../src/sessions/sessions.ts';
import { Passwords } from '../src/users/passwords.ts';
import { Users } from '../src/users/users.ts';
import { createWebhookSecret } from '../src/webhooks/signature.ts';
import { Webhooks } from '../src/webhooks/webhooks.ts';

const database = openStore(':memory:');
const clock = new Clock();
const createId = createIdGenerator(clock);
const browser = { userAgent: 'a browser', ipAddress: '127.0.0.1' };
let sessions: Sessions;
let users: Users;
let userId: string;

beforeAll(async () => {
  const [environment] = loadEnvironments(database, clock, createId, [{ name: 'default' }]);
  const scope = { database, environmentId: environment?.id ?? '', clock, createId };
  const { outbox } = new Webhooks(scope, { secret: createWebhookSecret(), retrySeconds: [], timeoutMs: 1000 });
  sessions = new Sessions(scope, outbox);
  users = new Users(scope, await Passwords.create(), { sessions, memberships: new Organizations(scope) }, outbox);
});
beforeEach(async () => {
  ({ id: userId } = await users.create({}));
});
afterAll(() => database.close());

test('lists a user’s sessions, newest first', () => {
  const first = sessions.create(userId, browser);
  clock.advance(1);
  const second = sessions.create(userId, browser);
  expect(sessions.listActive(userId)).toEqual([second, first]);
});

test('a ban ends every session of that user only', async () => {
  const other = await users.create({});
  sessions.create(userId, browser);
  sessions.create(userId, browser);
  const untouched = sessions.create(other.id, browser);
  users.ban(userId);
  expect(sessions.listActive(userId)).toEqual([]);
  expect(sessions.listActive(other.id)).toEqual([untouched]);
});

test('lifting a ban does not restore sessions', () => {
  sessions.create(userId, browser);
  users.ban(userId);
  users.unban(userId);
  expect(sessions.listActive(userId)).toEqual([]);
});

test('a session expires after seven days', () => {
  sessions.create(userId, browser);
  clock.advance(7 * 24 * 60 * 60 - 1);
  expect(sessions.listActive(userId)).toHaveLength(1);
  clock.advance(1);
  expect(sessions.listActive(userId)).toEqual([]);
});
