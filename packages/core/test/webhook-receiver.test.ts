import { Keyv } from 'keyv';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  createWebhookReceiver,
  findPayload,
  ToriiConfigError,
  type WebhookAnswer,
  type WebhookNotice,
  type WebhookReceiverOptions,
  type WebhookStore,
} from '../src/webhooks/index.ts';
import { type DeliveryOptions, deliver, eventWith, nextSecret, secret } from './webhook-delivery.ts';

const patience = { timeout: 60_000 };
afterEach(() => void vi.restoreAllMocks());

/** A receiver with a handler that notes what it handles, and whether that goes well. */
function receiving(options: Partial<WebhookReceiverOptions> = {}) {
  const handled: string[] = [];
  const notices: WebhookNotice[] = [];
  let work: () => unknown = () => {};
  const receiver = createWebhookReceiver({ secret, onEvent: (notice) => notices.push(notice), ...options });
  return {
    handled,
    notices,
    doing(next: () => unknown) {
      work = next;
    },
    async receive(given: DeliveryOptions = {}): Promise<WebhookAnswer> {
      return receiver.receive(deliver(given), async (event) => {
        handled.push(event.id);
        await work();
      });
    },
    /** The status, and the word or the reason of the answer. */
    async answer(given: DeliveryOptions = {}): Promise<string> {
      const { status, body } = await this.receive(given);
      return `${status} ${'error' in body ? body.error.reason : body.status}`;
    },
  };
}

/** Something to wait for, and its end. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe('the answer', () => {
  test('is 200 when the handler is done', async () => {
    const hooks = receiving();
    expect(await hooks.receive()).toEqual({ status: 200, headers: {}, body: { status: 'handled' } });
    expect(hooks.notices).toEqual([{ type: 'handled', eventId: 'evt_1', eventType: 'user.created' }]);
  });

  test.each<[string, string, DeliveryOptions]>([
    ['400 signature_invalid', 'another secret', { secrets: [nextSecret] }],
    ['400 timestamp_too_old', 'an old one', { ageSeconds: 400 }],
    ['400 payload_malformed', 'no event', { body: '{}' }],
    ['400 id_mismatch', 'two ids', { event: eventWith({ id: 'evt_other' }) }],
    ['413 payload_too_large', 'more than a megabyte', { event: eventWith({ data: 'x'.repeat(1024 * 1024) }) }],
  ])('is %s for %s, and nothing is handled', async (answer, _name, given) => {
    const hooks = receiving({ store: new Map() });
    expect(await hooks.answer(given)).toBe(answer);
    expect(hooks.handled).toEqual([]);
    expect(hooks.notices).toMatchObject([{ type: 'refused', error: { reason: answer.slice(4) } }]);
  });

  test('says what is wrong, and nothing else', async () => {
    const { headers, body } = await receiving().receive({ secrets: [nextSecret] });
    expect([headers, body]).toEqual([
      {},
      { error: { code: 'webhook_refused', reason: 'signature_invalid', message: expect.any(String) } },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/whsec_|v1,|ada@/);
  });

  test('of a handler that throws is thrown, as it is', async () => {
    const failure = new Error('the database is down');
    const hooks = receiving();
    hooks.doing(() => Promise.reject(failure));
    await expect(hooks.receive()).rejects.toBe(failure);
    expect(hooks.notices).toMatchObject([{ type: 'failed', eventId: 'evt_1', error: failure }]);
  });

  test.each<[string, unknown]>([
    ['an error with a status', Object.assign(new Error('No such user.'), { status: 404 })],
    ['an error with a status code', Object.assign(new Error('x'), { statusCode: 400 })],
    ['a missing file, which Koa answers with 404', Object.assign(new Error('x'), { code: 'ENOENT' })],
    ['an error with a digest, which Next takes for 404', Object.assign(new Error('x'), { digest: 'NEXT_…;404' })],
    ['nothing', undefined],
    ['a word that Express takes for "go on"', 'route'],
    ['an object', { status: 200 }],
  ])('[18] wraps %s, so that no server answers with it', async (_name, thrown) => {
    const hooks = receiving();
    hooks.doing(() => {
      throw thrown;
    });
    const error: unknown = await hooks.receive().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'ToriiWebhookError', reason: 'handler_failed', cause: thrown });
    expect(error).not.toHaveProperty('status');
    expect(String(error)).not.toContain('No such user');
  });

  test.each<[string, unknown]>([
    [
      'a getter',
      Object.defineProperty(new Error('x'), 'code', {
        get() {
          throw undefined;
        },
      }),
    ],
    [
      'a proxy',
      new Proxy(new Error('x'), {
        getPrototypeOf() {
          throw 'route';
        },
      }),
    ],
  ])('[18] wraps what throws again when it is looked at: %s', async (_name, thrown) => {
    const hooks = receiving();
    hooks.doing(() => {
      throw thrown;
    });
    const error = await hooks.receive().catch((caught: { reason: string; cause: unknown }) => caught);
    expect('reason' in error && error.reason).toBe('handler_failed');
    expect('cause' in error && error.cause === thrown).toBe(true);
  });

  test('is a refusal of a delivery alone: what a handler throws of ours is its own affair', async () => {
    const hooks = receiving();
    const inner = await createWebhookReceiver({ secret })
      .receive(deliver({ body: 'x' }), () => {})
      .then(({ status }) => status);
    expect(inner).toBe(400);
    hooks.doing(() => {
      throw new ToriiConfigError('issuer', 'Write one.');
    });
    await expect(hooks.receive()).rejects.toMatchObject({ name: 'ToriiConfigError' });
  });
});

describe('the body', () => {
  const receiver = createWebhookReceiver({ secret, maxBytes: 1000 });
  const { headers, payload } = deliver();
  const bytes = new TextEncoder().encode(payload);
  const statusOf = async (
    body: Parameters<typeof receiver.receive>[0]['payload'],
    more: Record<string, string> = {},
  ) => {
    const answer = await receiver.receive({ headers: { ...headers, ...more }, payload: body }, () => {});
    return 'error' in answer.body ? answer.body.error.reason : answer.body.status;
  };
  async function* inPieces(...pieces: (Uint8Array | string)[]): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) yield piece as Uint8Array;
  }

  test('is read from whatever it comes in', async () => {
    const stream = () => new Response(payload).body;
    expect(await statusOf(bytes)).toBe('handled');
    expect(await statusOf(stream())).toBe('handled');
    expect(await statusOf(() => stream())).toBe('handled');
    expect(await statusOf(inPieces(bytes.subarray(0, 5), bytes.subarray(5, 6), bytes.subarray(6)))).toBe('handled');
    expect(await statusOf(inPieces(payload.slice(0, 7), payload.slice(7)))).toBe('handled');
    expect(await statusOf(null)).toBe('signature_invalid');
  });

  test('is not asked for where the headers are bad, or say that it is too long', async () => {
    const find = vi.fn(() => payload);
    expect(await statusOf(find, { 'webhook-id': '' })).toBe('header_missing');
    expect(await statusOf(find, { 'webhook-timestamp': '1' })).toBe('timestamp_too_old');
    expect(await statusOf(find, { 'content-length': '1001' })).toBe('payload_too_large');
    expect(find).not.toHaveBeenCalled();
  });

  test('that goes on and on is dropped, and then cut off', async () => {
    let given = 0;
    const ended = vi.fn();
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          given += 65_536;
          yield new Uint8Array(65_536);
        }
      } finally {
        ended();
      }
    }
    expect(await statusOf(endless())).toBe('payload_too_large');
    expect(ended).toHaveBeenCalledTimes(1);
    expect(given).toBeLessThan(18 * 1024 * 1024);
  });

  test('that breaks off is incomplete', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 10);
      throw new Error('aborted');
    }
    expect(await statusOf(broken())).toBe('payload_incomplete');
  });

  async function* chunks(...pieces: unknown[]): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) yield piece as Uint8Array;
  }

  test('in pieces of any kind of bytes is bounded too', async () => {
    expect(await statusOf(chunks(bytes.buffer.slice(0, 9), bytes.slice(9).buffer))).toBe('handled');
    expect(await statusOf(chunks(new ArrayBuffer(600), new ArrayBuffer(600)))).toBe('payload_too_large');
  });

  test.each<[string, unknown]>([
    ['numbers', [123, 125]],
    ['numbers of two bytes', Uint16Array.of(123, 125)],
    ['a length that is no number', { length: Number.NaN }],
    ['less than nothing', { length: -5 }],
    ['a number', 5],
    ['nothing', undefined],
  ])('in pieces that are no bytes is a mistake of the app: %s', async (_name, piece) => {
    await expect(statusOf(chunks(bytes, piece))).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'payload' });
  });

  test('that somebody else reads is a mistake of the app, and not of the sender', async () => {
    const stream = new Response(payload).body;
    stream?.getReader();
    await expect(statusOf(stream)).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'payload' });
  });

  test('that has been parsed is no refusal: the error goes to the app', async () => {
    const parsed = JSON.parse(payload);
    await expect(statusOf(parsed)).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'payload' });
  });

  test('that was parsed and not kept is a mistake of the app', () => {
    const remedy = 'Do this.';
    const stream = inPieces(bytes);
    const parsed = JSON.parse(payload);
    expect(findPayload({ kept: [parsed, payload], isRead: true, stream, remedy })).toBe(payload);
    expect(findPayload({ kept: [undefined, bytes], isRead: true, stream, remedy })).toBe(bytes);
    expect(findPayload({ kept: [{}], isRead: false, stream, remedy })).toBe(stream);
    expect(() => findPayload({ kept: [parsed], isRead: true, stream, remedy })).toThrow(
      expect.objectContaining({
        name: 'ToriiConfigError',
        option: 'webhookHandler',
        message: expect.stringContaining(remedy),
      }),
    );
  });

  test('is not taken for empty where somebody is about to gather it', () => {
    const rest = { stream: inPieces(bytes), remedy: '' };
    for (const empty of ['', new Uint8Array()]) {
      expect(findPayload({ kept: [empty], isRead: false, ...rest })).toBe(rest.stream);
      expect(findPayload({ kept: [empty, bytes], isRead: false, ...rest })).toBe(bytes);
      expect(findPayload({ kept: [empty], isRead: true, ...rest })).toBe(empty);
    }
  });
});

describe.each<[string, () => WebhookStore]>([
  ['a Map', () => new Map()],
  ['a Keyv', () => new Keyv()],
])('[29] a repeat, with %s', (_name, makeStore) => {
  test('is answered with 200 and not handled', async () => {
    const hooks = receiving({ store: makeStore() });
    expect(await hooks.answer()).toBe('200 handled');
    expect(await hooks.answer()).toBe('200 repeated');
    expect(await hooks.answer({ ageSeconds: 200 })).toBe('200 repeated');
    expect(hooks.handled).toEqual(['evt_1']);
    expect(hooks.notices.map(({ type }) => type)).toEqual(['handled', 'repeated', 'repeated']);
  });

  test('of another event is none', async () => {
    const hooks = receiving({ store: makeStore() });
    await hooks.answer();
    expect(await hooks.answer({ id: 'evt_2' })).toBe('200 handled');
  });

  test('is verified like any other delivery', async () => {
    const hooks = receiving({ store: makeStore() });
    await hooks.answer();
    expect(await hooks.answer({ secrets: [nextSecret] })).toBe('400 signature_invalid');
  });

  test('is one also when the secret has been replaced meanwhile', async () => {
    const store = makeStore();
    await receiving({ store }).answer();
    const later = receiving({ store, secret: [nextSecret, secret] });
    expect(await later.answer({ secrets: [nextSecret, secret] })).toBe('200 repeated');
    expect(later.handled).toEqual([]);
  });

  test('of an event that failed is handled', async () => {
    const hooks = receiving({ store: makeStore() });
    hooks.doing(() => Promise.reject(new Error('down')));
    await expect(hooks.receive()).rejects.toThrow('down');
    hooks.doing(() => {});
    expect(await hooks.answer()).toBe('200 handled');
    expect(await hooks.answer()).toBe('200 repeated');
    expect(hooks.handled).toEqual(['evt_1', 'evt_1']);
  });

  test('of a bad delivery is handled: that claimed nothing', async () => {
    const hooks = receiving({ store: makeStore() });
    expect(await hooks.answer({ secrets: [nextSecret] })).toBe('400 signature_invalid');
    expect(await hooks.answer()).toBe('200 handled');
  });

  test('comes again later where the first is being handled, also by another receiver over the same store', async () => {
    const store = makeStore();
    const [hooks, others] = [receiving({ store }), receiving({ store })];
    const { opened, open } = gate();
    hooks.doing(() => opened);
    const first = hooks.answer();
    // Else the second may be verified first, and waits for itself.
    await vi.waitFor(() => expect(hooks.handled).toHaveLength(1), patience);
    const answer = await hooks.receive();
    expect(answer).toMatchObject({ status: 503, body: { error: { reason: 'in_progress' } } });
    expect(Number(answer.headers['Retry-After'])).toBeGreaterThan(0);
    expect(await others.answer()).toBe('503 in_progress');
    open();
    expect(await first).toBe('200 handled');
    expect(await others.answer()).toBe('200 repeated');
    expect([...hooks.handled, ...others.handled]).toEqual(['evt_1']);
  });

  test('a hundred at once are handled once', async () => {
    const hooks = receiving({ store: makeStore() });
    const { opened, open } = gate();
    hooks.doing(() => opened);
    const answers: string[] = [];
    const all = Array.from({ length: 100 }, () => hooks.answer().then((answer) => answers.push(answer)));
    await vi.waitFor(() => expect(answers).toHaveLength(99), patience);
    open();
    await Promise.all(all);
    expect(hooks.handled).toEqual(['evt_1']);
    expect(answers).toEqual([...Array(99).fill('503 in_progress'), '200 handled']);
  });

  test('of one whose process died is handled when the lease is over, not before', async () => {
    const store = makeStore();
    const dying = receiving({ store, leaseSeconds: 60 });
    dying.doing(() => new Promise(() => {}));
    void dying.receive();
    await vi.waitFor(() => expect(dying.handled).toEqual(['evt_1']), patience);
    const now = Date.now();
    // Another process knows what is in the store, and not what was in that one's memory.
    const copy = elsewhere(store);
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now + 59_000);
    expect(await copy.answer()).toBe('503 in_progress');
    clock.mockReturnValue(now + 62_000);
    expect(await copy.answer()).toBe('200 handled');
  });

  test('is handled in the same process too when the lease is over', async () => {
    const hooks = receiving({ store: makeStore(), leaseSeconds: 60 });
    hooks.doing(() => new Promise(() => {}));
    void hooks.receive();
    await vi.waitFor(() => expect(hooks.handled).toHaveLength(1), patience);
    hooks.doing(() => {});
    skip(59_000);
    expect(await hooks.answer()).toBe('503 in_progress');
    skip(3_000);
    expect(await hooks.answer()).toBe('200 handled');
  });

  test('is not handled twice at once where the clock is set forward meanwhile', async () => {
    const hooks = receiving({ store: makeStore(), leaseSeconds: 60 });
    const { opened, open } = gate();
    hooks.doing(() => opened);
    const first = hooks.answer();
    await vi.waitFor(() => expect(hooks.handled).toHaveLength(1), patience);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 62_000);
    expect(await hooks.answer()).toBe('503 in_progress');
    open();
    expect(await first).toBe('200 handled');
    expect(hooks.handled).toEqual(['evt_1']);
  });

  test('is known for as long as its signature is good, and its clock was ahead', async () => {
    const hooks = receiving({ store: makeStore(), rememberSeconds: 601 });
    const clock = vi.spyOn(Date, 'now').mockReturnValue(2_000_000_000_000);
    const ahead = deliver({ ageSeconds: -300 });
    expect((await hooks.receive({ ageSeconds: -300 })).body).toEqual({ status: 'handled' });
    clock.mockReturnValue(2_000_000_600_999);
    expect(deliver({ ageSeconds: 300 }).headers).toEqual(ahead.headers);
    expect(await hooks.answer({ ageSeconds: 300 })).toBe('200 repeated');
    clock.mockReturnValue(2_000_000_601_000);
    expect(await hooks.answer({ ageSeconds: 301 })).toBe('400 timestamp_too_old');
  });

  test('is forgotten after rememberSeconds', async () => {
    const hooks = receiving({ store: makeStore(), rememberSeconds: 1000 });
    const now = Date.now();
    await hooks.answer();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now + 995_000);
    expect(await hooks.answer()).toBe('200 repeated');
    clock.mockReturnValue(now + 1_005_000);
    expect(await hooks.answer()).toBe('200 handled');
  });

  test('the claim of who took over is not released by who was late', async () => {
    const store = makeStore();
    const slow = receiving({ store, leaseSeconds: 60 });
    const { opened, open } = gate();
    slow.doing(async () => {
      await opened;
      throw new Error('too late');
    });
    const first = slow.receive().catch(() => 'failed');
    await vi.waitFor(() => expect(slow.handled).toHaveLength(1), patience);
    const quick = elsewhere(store);
    const end = gate();
    quick.doing(() => end.opened);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 62_000);
    const second = quick.answer();
    await vi.waitFor(() => expect(quick.handled).toHaveLength(1), patience);
    open();
    expect(await first).toBe('failed');
    expect(await elsewhere(store).answer()).toBe('503 in_progress');
    end.open();
    expect(await second).toBe('200 handled');
  });
});

test('[29] two at once in one process are handled once, whatever the store takes its time for', async () => {
  const entries = new Map<string, object>();
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  let sets = 0;
  // Both would read before either writes, and the second would write when the first has made sure of its claim.
  const store: WebhookStore = {
    get: async (key) => {
      const found = entries.get(key);
      await pause(5);
      return found;
    },
    set: async (key, value) => {
      if (key.endsWith('evt_1')) await pause(100 * sets++);
      entries.set(key, value);
    },
    delete: (key) => entries.delete(key),
  };
  const [hooks, others] = [receiving({ store }), receiving({ store })];
  await hooks.answer({ id: 'evt_0' });
  // Which of the two is first is for the signatures' threads to say.
  const answers = await Promise.all([hooks.answer(), others.answer()]);
  expect(answers.toSorted()).toEqual(['200 handled', '503 in_progress']);
  expect([...hooks.handled, ...others.handled]).toEqual(['evt_0', 'evt_1']);
});

describe('[29] a store that is slow', () => {
  /** What a process sees of the store, where each answer for an event comes after something else has happened. */
  function behind(entries: Map<string, object>, wait: Partial<Record<'get' | 'set', () => unknown>>): WebhookStore {
    return {
      get: async (key) => {
        const found = entries.get(key);
        if (key.endsWith('evt_1')) await wait.get?.();
        return found;
      },
      set: async (key, value) => {
        if (key.endsWith('evt_1')) await wait.set?.();
        entries.set(key, value);
      },
      delete: (key) => entries.delete(key),
    };
  }
  const key = 'torii-webhook:evt_1';
  const claimOfAnother = () => ({ state: 'claimed', by: 'another', until: Date.now() + 60_000 });

  test('to read takes nothing from the handler’s time', async () => {
    const entries = new Map<string, object>();
    const wait = {
      get: () => skip(40_000),
      set: () => {
        wait.get = () => {};
      },
    };
    const hooks = receiving({ store: behind(entries, wait), leaseSeconds: 60 });
    let claimed: unknown;
    hooks.doing(() => {
      claimed = { ...entries.get(key) };
    });
    expect(await hooks.answer()).toBe('200 handled');
    expect(claimed).toMatchObject({ state: 'claimed', until: Date.now() + 60_000 });
  });

  test.each([
    [29_000, '200 handled', ['evt_1']],
    [31_000, '503 store_unavailable', []],
  ])('to write, by %i ms of a minute: %s', async (waitMs, answer, handled) => {
    const entries = new Map<string, object>();
    const wait = { set: (): void => skip(waitMs) };
    const hooks = receiving({ store: behind(entries, wait), leaseSeconds: 60 });
    expect(await hooks.answer()).toBe(answer);
    expect(hooks.handled).toEqual(handled);
    wait.set = () => {};
    // What was not handled is not held back either.
    expect(await hooks.answer()).toBe(handled.length > 0 ? '200 repeated' : '200 handled');
  });

  test('is asked again right before a claim is written, and what stands there then is left alone', async () => {
    const entries = new Map<string, object>();
    const another = claimOfAnother();
    const slow = receiving({ store: behind(entries, { get: () => void entries.set(key, another) }) });
    expect(await slow.answer()).toBe('503 in_progress');
    expect([slow.handled, entries.get(key)]).toEqual([[], another]);
  });

  test('and lets another be the last to write: that one’s claim is left alone', async () => {
    const entries = new Map<string, object>();
    const another = claimOfAnother();
    const store = behind(entries, {});
    const slow = receiving({
      store: {
        ...store,
        set: (given) => void entries.set(given, given === key ? another : { ...another, state: 'handled' }),
      },
    });
    expect(await slow.answer()).toBe('503 in_progress');
    expect([slow.handled, entries.get(key)]).toEqual([[], another]);
  });

  test('gives an event to one alone also where reading takes longer than the lease', async () => {
    const entries = new Map<string, object>();
    const reading = gate();
    let reads = 0;
    // The first delivery's second look is what takes so long.
    const store = behind(entries, { get: () => (++reads === 2 ? reading.opened : undefined) });
    const hooks = receiving({ store, leaseSeconds: 60 });
    await hooks.answer({ id: 'evt_0' });
    const working = gate();
    hooks.doing(() => working.opened);
    const first = hooks.answer();
    await vi.waitFor(() => expect(reads).toBe(2), patience);
    skip(62_000);
    const second = hooks.answer();
    await vi.waitFor(() => expect(hooks.handled).toHaveLength(2), patience);
    reading.open();
    expect(await first).toBe('503 in_progress');
    working.open();
    expect(await second).toBe('200 handled');
    expect(hooks.handled).toEqual(['evt_0', 'evt_1']);
  });
});

test('[29] a store is told when it may forget', async () => {
  const store = new Keyv();
  const set = vi.spyOn(store, 'set');
  await receiving({ store, leaseSeconds: 30 }).answer();
  const lifetimes = set.mock.calls.filter(([key]) => key === 'torii-webhook:evt_1').map(([, , ttlMs]) => ttlMs);
  expect(lifetimes).toEqual([30_000, 7 * 86_400_000]);
});

test('[29] without a store a repeat is handled again', async () => {
  const hooks = receiving();
  expect([await hooks.answer(), await hooks.answer()]).toEqual(['200 handled', '200 handled']);
});

describe('a store that fails', () => {
  const failing = (methods: Partial<WebhookStore>): WebhookStore & Map<string, object> =>
    Object.assign(new Map<string, object>(), methods);
  const fails = () => Promise.reject(new Error('redis://secret-password'));

  test.each<[string, Partial<WebhookStore>]>([
    ['cannot be read', { get: fails }],
    [
      'cannot be read, and throws at once',
      {
        get: () => {
          throw new Error('x');
        },
      },
    ],
    ['cannot be written', { set: fails }],
    ['says nothing of what it cannot read', { get: () => undefined }],
    ['says nothing of what it cannot write', { set: () => false }],
    ['holds something that is not ours', { get: () => ({ anything: 1 }) }],
    ['holds a text', { get: () => 'handled' }],
  ])('and %s leads to 503, and nothing is handled', async (_name, methods) => {
    const hooks = receiving({ store: failing(methods) });
    const { status, headers, body } = await hooks.receive();
    expect([status, body]).toMatchObject([503, { error: { reason: 'store_unavailable' } }]);
    expect(Number(headers['Retry-After'])).toBeGreaterThan(0);
    expect(JSON.stringify(body)).not.toContain('password');
    expect(hooks.handled).toEqual([]);
  });

  test('to write one entry alone, without a word, leads to 503 too', async () => {
    const entries = new Map<string, object>();
    const set = (key: string, value: object) => key.endsWith('evt_1') || entries.set(key, value);
    const hooks = receiving({ store: failing({ get: (key) => entries.get(key), set }) });
    expect(await hooks.answer()).toBe('503 store_unavailable');
    expect(hooks.handled).toEqual([]);
  });

  test('by holding something else under our key keeps it', async () => {
    const store = failing({});
    const hooks = receiving({ store });
    await hooks.answer({ id: 'evt_0' });
    for (const foreign of [{ state: 'handled' }, { state: 'claimed', until: 1 }, ['x']]) {
      store.set('torii-webhook:evt_1', foreign);
      expect(await hooks.answer()).toBe('503 store_unavailable');
      expect(store.get('torii-webhook:evt_1')).toBe(foreign);
    }
    expect(hooks.handled).toEqual(['evt_0']);
  });

  test('and recovers holds no event back', async () => {
    const store = failing({});
    const hooks = receiving({ store });
    const get = vi.spyOn(store, 'get').mockImplementation(() => fails() as never);
    expect(await hooks.answer()).toBe('503 store_unavailable');
    get.mockRestore();
    expect(await hooks.answer()).toBe('200 handled');
  });

  test('to say what it knows, without a word, is not taken for one that knows nothing', async () => {
    const store = failing({});
    const hooks = receiving({ store });
    await hooks.answer();
    // As a Keyv over a Redis whose connection breaks: this read fails, the next one would not.
    vi.spyOn(store, 'get').mockReturnValueOnce(undefined).mockReturnValueOnce(undefined);
    expect(await hooks.answer()).toBe('200 repeated');
    expect(hooks.handled).toHaveLength(1);
  });

  test('[29] to say what it knows of one event alone, without a word, is asked again', async () => {
    const store = failing({});
    const hooks = receiving({ store });
    await hooks.answer();
    const { get } = store;
    let failures = 1;
    vi.spyOn(store, 'get').mockImplementation((key) =>
      key.endsWith('evt_1') && failures-- > 0 ? undefined : get.call(store, key),
    );
    expect(await hooks.answer()).toBe('200 repeated');
    expect(hooks.handled).toHaveLength(1);
  });

  test.each<[string, () => unknown]>([
    ['fails', fails],
    ['fails without a word', () => undefined],
  ])('to show a claim that it has, where that %s, does not hold the event back', async (_name, fail) => {
    const store = failing({});
    const hooks = receiving({ store, leaseSeconds: 3600 });
    const { get } = store;
    let failures = 1;
    vi.spyOn(store, 'get').mockImplementation((key) =>
      key.endsWith('evt_1') && store.has(key) && failures-- > 0 ? (fail() as object) : get.call(store, key),
    );
    expect(await hooks.answer()).toBe('503 store_unavailable');
    expect(hooks.handled).toEqual([]);
    expect(await hooks.answer()).toBe('200 handled');
  });

  test('that hangs leads to 503 after some seconds', async () => {
    const hooks = receiving({ store: failing({ get: () => new Promise(() => {}) }) });
    const inRealTime = globalThis.setTimeout;
    const waited: unknown[] = [];
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms?: number) => {
      waited.push(ms);
      return inRealTime(work, 1);
    }) as typeof setTimeout);
    expect(await hooks.answer()).toBe('503 store_unavailable');
    expect(waited[0]).toBe(3_000);
  });

  test('to note that an event was handled does not bring it back, and somebody is told', async () => {
    const store = failing({});
    const hooks = receiving({ store });
    hooks.doing(() => void vi.spyOn(store, 'set').mockImplementation(() => fails() as never));
    expect(await hooks.answer()).toBe('200 handled');
    expect(hooks.notices).toMatchObject([
      { type: 'not_noted', eventId: 'evt_1', error: { reason: 'store_unavailable' } },
    ]);
  });

  test('to release an event holds it back for the lease, and the handler’s failure is what is thrown', async () => {
    const store = failing({});
    const hooks = receiving({ store, leaseSeconds: 60 });
    hooks.doing(() => {
      vi.spyOn(store, 'delete').mockImplementation(() => fails() as never);
      throw new Error('down');
    });
    await expect(hooks.receive()).rejects.toThrow('down');
    hooks.doing(() => {});
    expect(await hooks.answer()).toBe('503 in_progress');
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 62_000);
    expect(await hooks.answer()).toBe('200 handled');
  });
});

describe('options', () => {
  test.each<[string, string, object]>([
    ['secret', 'no secret', { secret: undefined }],
    ['secret', 'a short one', { secret: 'whsec_AAAA' }],
    ['store', 'a store that is not set', { secret, store: undefined }],
    ['store', 'a store that is none', { secret, store: { get() {}, set() {} } }],
    ['leaseSeconds', 'a lease of a day', { secret, leaseSeconds: 86_400 }],
    ['leaseSeconds', 'no lease', { secret, leaseSeconds: 0 }],
    ['rememberSeconds', 'no memory', { secret, rememberSeconds: 0 }],
    ['rememberSeconds', 'a memory without an end', { secret, rememberSeconds: Number.POSITIVE_INFINITY }],
    ['rememberSeconds', 'a memory that is shorter than a signature is good', { secret, rememberSeconds: 600 }],
    ['rememberSeconds', 'a memory that ends within its last second', { secret, rememberSeconds: 600.5 }],
    ['rememberSeconds', 'the same of another tolerance', { secret, rememberSeconds: 120, toleranceSeconds: 60 }],
    ['maxBytes', 'half a byte', { secret, maxBytes: 0.5 }],
    ['onEvent', 'a listener that is none', { secret, onEvent: 'log' }],
    ['sekret', 'a typing error', { secret, sekret: secret }],
  ])('are refused at once: %s, %s', (option, _name, options) => {
    expect(() => createWebhookReceiver(options as WebhookReceiverOptions)).toThrow(
      expect.objectContaining({ name: 'ToriiConfigError', option }),
    );
  });

  test.each([
    { secret, rememberSeconds: 601 },
    { secret, rememberSeconds: 121, toleranceSeconds: 60 },
    { secret, rememberSeconds: 1, toleranceSeconds: 0 },
  ])('may forget when no signature is good any more: %o', (options) => {
    expect(() => createWebhookReceiver(options)).not.toThrow();
  });

  test('a listener that fails changes nothing', async () => {
    const listeners = [
      () => {
        throw new Error('x');
      },
      () => Promise.reject(new Error('x')),
    ];
    for (const onEvent of listeners) expect(await receiving({ onEvent }).answer()).toBe('200 handled');
  });
});

/** Lets time pass, by both clocks. */
function skip(ms: number): void {
  const [wallMs, steadyMs] = [Date.now() + ms, performance.now() + ms];
  vi.spyOn(Date, 'now').mockReturnValue(wallMs);
  vi.spyOn(performance, 'now').mockReturnValue(steadyMs);
}

/** What another process has: the same entries, in a store of its own. */
function elsewhere(store: WebhookStore) {
  const twin: WebhookStore = {
    get: (key) => store.get(key),
    set: (key, value, ttlMs) => store.set(key, value, ttlMs),
    delete: (key) => store.delete(key),
  };
  return receiving({ store: twin });
}
