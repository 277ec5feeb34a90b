import { expect, test, vi } from 'vitest';
import { type RevocationAnnouncer, ToriiConfigError, ToriiRevocationError } from '../src/index.ts';
import {
  createWebhookReceiver,
  type WebhookAnnouncerOptions,
  type WebhookReceiverEvent,
  type WebhookReceiverOptions,
} from '../src/webhooks/index.ts';
import { ada, type DeliveryOptions, deliver, eventWith, nextSecret, secret } from './webhook-delivery.ts';

const at = '2026-05-16T10:00:00.000Z';
const session = { id: 's1', userId: ada.id, environmentId: ada.environmentId };

/** A receiver whose log has the announcements and the handled events in their order. */
function announcing(options: Partial<WebhookAnnouncerOptions> = {}) {
  const log: string[] = [];
  const notices: WebhookReceiverEvent[] = [];
  let announce: () => unknown = () => {};
  const revocations: RevocationAnnouncer = {
    issuer: 'https://acme.torii.so',
    environmentId: ada.environmentId,
    async revokeUser(userId, moment) {
      log.push(`${userId} ${moment?.at ?? 'now'}`);
      await announce();
    },
  };
  const receiver = createWebhookReceiver({
    secret,
    revocations,
    onEvent: (notice) => notices.push(notice),
    ...options,
  });
  return {
    log,
    notices,
    receiver,
    announcingWith(next: () => unknown) {
      announce = next;
    },
    /** The status code of the answer, followed by its `status` or its reason. */
    async answer(members: object = {}, given: DeliveryOptions = {}, handle = () => {}): Promise<string> {
      const event = eventWith({ id: given.id ?? 'evt_1', type: 'user.banned', ...members });
      const { status, body } = await receiver.receive(deliver({ ...given, event }), (received) => {
        log.push(`handle ${received.type}`);
        return handle();
      });
      return `${status} ${'error' in body ? body.error.reason : body.status}`;
    },
  };
}

test.each([
  ['user.banned', ada],
  ['user.deleted', { ...ada, status: 'deleted' }],
  ['session.revoked', session],
])('44: %s is announced at the time of the event, before it is handled', async (type, data) => {
  const hooks = announcing();
  expect(await hooks.answer({ type, data })).toBe('200 handled');
  expect(hooks.log).toEqual([`${ada.id} ${at}`, `handle ${type}`]);
  expect(hooks.notices).toMatchObject([{ type: 'handled' }]);
});

test.each(['user.created', 'user.updated', 'user.unbanned', 'invoice.paid'])('%s is not announced', async (type) => {
  const hooks = announcing();
  expect(await hooks.answer({ type })).toBe('200 handled');
  expect(hooks.log).toEqual([`handle ${type}`]);
});

test('`announceSessions: false` is about sessions only', async () => {
  const hooks = announcing({ announceSessions: false });
  await hooks.answer({ type: 'session.revoked', data: session });
  expect(hooks.log).toEqual(['handle session.revoked']);
  await hooks.answer({ type: 'user.banned' });
  expect(hooks.log[1]).toBe(`${ada.id} ${at}`);
  expect(hooks.notices.map(({ type }) => type)).toEqual(['handled', 'handled']);
});

test('43: a delivery that arrives hours later is announced at the time of the event', async () => {
  const hooks = announcing();
  const banned = new Date(Date.now() - 7 * 3_600_000).toISOString();
  await hooks.answer({ created_at: banned });
  expect(hooks.log[0]).toBe(`${ada.id} ${banned}`);
});

test.each(['2100-01-01T00:00:00Z', '1970-01-01T00:00:00Z'])(
  '43: an event with an impossible time is announced at the time of its delivery: %s',
  async (created) => {
    const hooks = announcing();
    const soonest = Math.floor(Date.now() / 1000) * 1000;
    expect(await hooks.answer({ created_at: created })).toBe('200 handled');
    const announcedMs = Date.parse(hooks.log[0]?.split(' ')[1] ?? '');
    expect(announcedMs).toBeGreaterThanOrEqual(soonest);
    expect(announcedMs).toBeLessThanOrEqual(Date.now());
  },
);

test('43: an event a little later than its delivery is announced at its own time, because clocks differ', async () => {
  const hooks = announcing();
  const created = new Date(Date.now() + 30_000).toISOString();
  await hooks.answer({ created_at: created });
  expect(hooks.log[0]).toBe(`${ada.id} ${created}`);
});

test('an event with a time in another zone is announced in UTC', async () => {
  const hooks = announcing();
  await hooks.answer({ created_at: '2026-05-16T12:00:00.25+02:00' });
  expect(hooks.log[0]).toBe(`${ada.id} 2026-05-16T10:00:00.250Z`);
});

test.each<[string, DeliveryOptions]>([
  ['with another secret', { secrets: [nextSecret] }],
  ['that is too old', { ageSeconds: 400 }],
])('29: a delivery %s announces nothing', async (_name, given) => {
  const hooks = announcing();
  expect(await hooks.answer({}, given)).toMatch(/^400 /);
  expect(hooks.log).toEqual([]);
});

test('44: if the announcement fails, the answer is 503, and the next delivery is announced and handled', async () => {
  const hooks = announcing({ store: 'memory' });
  const failure = new ToriiRevocationError({ announce: async () => {} }, { cause: new Error('LOADING') });
  hooks.announcingWith(() => Promise.reject(failure));
  expect(await hooks.answer()).toBe('503 revocations_unavailable');
  expect(hooks.log).toEqual([`${ada.id} ${at}`]);
  expect(hooks.notices).toMatchObject([
    { type: 'refused', error: { reason: 'revocations_unavailable', cause: { cause: { message: 'LOADING' } } } },
  ]);
  hooks.announcingWith(() => {});
  expect(await hooks.answer()).toBe('200 handled');
  expect(hooks.log.slice(1)).toEqual([`${ada.id} ${at}`, 'handle user.banned']);
});

test('the answer to an event that could not be announced says when to retry, and has no id', async () => {
  const hooks = announcing();
  hooks.announcingWith(() => Promise.reject(new Error(`no user ${ada.id}`)));
  const delivery = deliver({ event: eventWith({ type: 'user.banned' }) });
  const { status, headers, body } = await hooks.receiver.receive(delivery);
  expect([status, headers]).toEqual([503, { 'Retry-After': '5' }]);
  expect(JSON.stringify(body)).not.toContain(ada.id);
});

test('44: an announcement that hangs is given up after 10 seconds', async () => {
  vi.useFakeTimers();
  try {
    const hooks = announcing();
    hooks.announcingWith(() => new Promise(() => {}));
    const answer = hooks.answer();
    await vi.waitUntil(() => hooks.log.length > 0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answer).toBe('503 revocations_unavailable');
  } finally {
    vi.useRealTimers();
  }
});

test('29: a delivery whose lease is half over when its event is announced is not handled, but sent again', async () => {
  vi.useFakeTimers();
  try {
    const hooks = announcing({ store: 'memory', leaseSeconds: 8 });
    hooks.announcingWith(() => new Promise((resolve) => setTimeout(resolve, 4_500)));
    const slow = hooks.answer();
    await vi.waitUntil(() => hooks.log.length > 0);
    await vi.advanceTimersByTimeAsync(4_500);
    expect(await slow).toBe('503 revocations_unavailable');
    expect(hooks.log).toEqual([`${ada.id} ${at}`]);
    hooks.announcingWith(() => {});
    expect(await hooks.answer()).toBe('200 handled');
  } finally {
    vi.useRealTimers();
  }
});

test('29: the same after a pause in which no timer could fire', async () => {
  const hooks = announcing({ store: 'memory' });
  const now = Date.now();
  hooks.announcingWith(() => {
    vi.spyOn(Date, 'now').mockReturnValue(now + 31_000);
  });
  try {
    expect(await hooks.answer()).toBe('503 revocations_unavailable');
  } finally {
    vi.restoreAllMocks();
  }
  expect(hooks.log).toEqual([`${ada.id} ${at}`]);
});

test('an event that was handled before is not announced again', async () => {
  const hooks = announcing({ store: 'memory' });
  await hooks.answer();
  expect(await hooks.answer()).toBe('200 repeated');
  expect(hooks.log).toEqual([`${ada.id} ${at}`, 'handle user.banned']);
});

test('an event whose handler failed is announced again, at the same moment', async () => {
  const hooks = announcing({ store: 'memory' });
  const failing = hooks.answer({}, {}, () => {
    throw new Error('the database is down');
  });
  await expect(failing).rejects.toThrow('the database is down');
  expect(await hooks.answer()).toBe('200 handled');
  expect(hooks.log.filter((line) => line === `${ada.id} ${at}`)).toHaveLength(2);
});

test.each<[string, string, object]>([
  ['user_id_unusable', 'user.banned', { ...ada, id: undefined }],
  ['user_id_unusable', 'user.banned', { ...ada, id: '' }],
  ['user_id_unusable', 'user.deleted', { ...ada, id: 7 }],
  ['user_id_unusable', 'user.banned', ['x']],
  ['user_id_unusable', 'user.banned', { user: ada }],
  ['user_id_unusable', 'session.revoked', { ...session, userId: null }],
  ['other_environment', 'user.banned', { ...ada, environmentId: 'another' }],
  ['other_environment', 'session.revoked', { ...session, environmentId: 'another' }],
  ['other_environment', 'user.deleted', { ...ada, environmentId: { id: ada.environmentId } }],
])('43: an event that cannot be announced blocks no other: %s of %s', async (why, type, data) => {
  const hooks = announcing();
  expect(await hooks.answer({ type, data })).toBe('200 handled');
  expect(hooks.log).toEqual([`handle ${type}`]);
  expect(hooks.notices).toEqual([
    { type: 'not_announced', eventId: 'evt_1', eventType: type, why },
    { type: 'handled', eventId: 'evt_1', eventType: type },
  ]);
});

test('43: an id that the announcer refuses as such blocks no other event', async () => {
  const hooks = announcing();
  hooks.announcingWith(() => Promise.reject(new ToriiConfigError('userId', 'It is too long.')));
  expect(await hooks.answer({ data: { ...ada, id: 'x'.repeat(5000) } })).toBe('200 handled');
  expect(hooks.notices).toMatchObject([{ type: 'not_announced', why: 'user_id_unusable' }, { type: 'handled' }]);
});

test('44: wrong options of the announcer are not a reason to forget an event', async () => {
  const hooks = announcing();
  hooks.announcingWith(() => Promise.reject(new ToriiConfigError('at', 'It is too far ahead.')));
  expect(await hooks.answer()).toBe('503 revocations_unavailable');
});

test.each([undefined, null])('an event without an environment is announced: %s', async (environmentId) => {
  const hooks = announcing();
  await hooks.answer({ data: { ...ada, environmentId } });
  expect(hooks.log).toContain(`${ada.id} ${at}`);
});

test('the moment of an event without a time is that of its delivery', async () => {
  const hooks = announcing();
  await hooks.answer({ created_at: undefined });
  expect(Date.now() - Date.parse(hooks.log[0]?.split(' ')[1] ?? '')).toBeLessThan(60_000);
});

test('with `revocations`, no handler is needed', async () => {
  const hooks = announcing({ store: 'memory' });
  const { receiver } = hooks;
  const banned = () => deliver({ event: eventWith({ type: 'user.banned' }) });
  expect(await receiver.receive(banned())).toMatchObject({ status: 200, body: { status: 'handled' } });
  expect(await receiver.receive(banned())).toMatchObject({ status: 200, body: { status: 'repeated' } });
  expect(await receiver.receive(deliver({ id: 'evt_2' }))).toMatchObject({ status: 200, body: { status: 'handled' } });
  expect(hooks.log).toEqual([`${ada.id} ${at}`]);
  // A handler that is `undefined` by mistake would never be called.
  await expect(receiver.receive(banned(), undefined)).rejects.toMatchObject({ option: 'receive' });
});

test('without `revocations`, a handler is required', async () => {
  const receiver = createWebhookReceiver({ secret });
  // @ts-expect-error: the handler is required
  await expect(receiver.receive(deliver())).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'receive' });
});

const announcer: RevocationAnnouncer = { issuer: 'i', environmentId: 'e1', revokeUser: async () => {} };
test.each<[string, object]>([
  ['revocations', { revocations: undefined }],
  ['revocations', { revocations: null }],
  ['revocations', { revocations: () => announcer }],
  ['revocations', { revocations: { ...announcer, environmentId: 7 } }],
  ['revocations', { revocations: { ...announcer, revokeUser: undefined } }],
  ['announceSessions', { revocations: announcer, announceSessions: 0 }],
  ['announceSessions', { announceSessions: true }],
])('9: refuses a wrong option: %s %#', (option, options) => {
  expect(() => createWebhookReceiver({ secret, ...options } as WebhookReceiverOptions)).toThrow(
    expect.objectContaining({ name: 'ToriiConfigError', option }),
  );
});
