import { Keyv } from 'keyv';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ToriiAuthError } from '../src/index.ts';
import {
  createWebhookReceiver,
  findPayload,
  ToriiConfigError,
  type WebhookAnswer,
  type WebhookReceiverEvent,
  type WebhookReceiverOptions,
  type WebhookStore,
} from '../src/webhooks/index.ts';
import { MemoryStore } from '../src/webhooks/memory-store.ts';
import { type DeliveryOptions, deliver, eventWith, nextSecret, secret } from './webhook-delivery.ts';

const patience = { timeout: 60_000 };
afterEach(() => void vi.restoreAllMocks());

/** A receiver whose handler and listener record the events and the notices. */
function receiving(options: Partial<WebhookReceiverOptions> = {}) {
  const handled: string[] = [];
  const notices: WebhookReceiverEvent[] = [];
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
    /** The status code of the answer, followed by its `status` or its reason. */
    async answer(given: DeliveryOptions = {}): Promise<string> {
      const { status, body } = await this.receive(given);
      return `${status} ${'error' in body ? body.error.reason : body.status}`;
    },
  };
}

/** A promise, and the function that resolves it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe('the answer', () => {
  test('is 200 after the handler has finished', async () => {
    const hooks = receiving();
    expect(await hooks.receive()).toEqual({ status: 200, headers: {}, body: { status: 'handled' } });
    expect(hooks.notices).toEqual([{ type: 'handled', eventId: 'evt_1', eventType: 'user.created' }]);
  });

  test.each<[string, string, DeliveryOptions]>([
    ['400 signature_invalid', 'another secret', { secrets: [nextSecret] }],
    ['400 timestamp_too_old', 'an old delivery', { ageSeconds: 400 }],
    ['400 payload_malformed', 'a body without an event', { body: '{}' }],
    ['400 id_mismatch', 'two different ids', { event: eventWith({ id: 'evt_other' }) }],
    ['413 payload_too_large', 'more than a megabyte', { event: eventWith({ data: 'x'.repeat(1024 * 1024) }) }],
  ])('is %s for %s, and the handler is not called', async (answer, _name, given) => {
    const hooks = receiving({ store: new Map() });
    expect(await hooks.answer(given)).toBe(answer);
    expect(hooks.handled).toEqual([]);
    expect(hooks.notices).toMatchObject([{ type: 'refused', error: { reason: answer.slice(4) } }]);
  });

  test('contains the error, but no secret, signature or data', async () => {
    const { headers, body } = await receiving().receive({ secrets: [nextSecret] });
    expect([headers, body]).toEqual([
      {},
      { error: { code: 'webhook_refused', reason: 'signature_invalid', message: expect.any(String) } },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/whsec_|v1,|ada@/);
  });

  test('is replaced by the error that the handler throws', async () => {
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
    ['an error with a digest, which Next answers with 404', Object.assign(new Error('x'), { digest: 'NEXT_…;404' })],
    [
      'an error with a response, which Hono sends',
      Object.assign(new Error('x'), { getResponse: () => new Response() }),
    ],
    ['a refusal, which frameworks answer with 401', new ToriiAuthError('token_expired', 'x')],
    ['undefined', undefined],
    ['"route", which makes Express continue', 'route'],
    ['an object', { status: 200 }],
  ])('[18] wraps %s, so that every server answers with 500', async (_name, thrown) => {
    const hooks = receiving();
    hooks.doing(() => {
      throw thrown;
    });
    const error: unknown = await hooks.receive().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'ToriiWebhookError', reason: 'handler_failed', cause: thrown });
    expect(error).toHaveProperty('status', 500);
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
  ])('[18] wraps an error that throws when it is inspected: %s', async (_name, thrown) => {
    const hooks = receiving();
    hooks.doing(() => {
      throw thrown;
    });
    const error = await hooks.receive().catch((caught: { reason: string; cause: unknown }) => caught);
    expect('reason' in error && error.reason).toBe('handler_failed');
    expect('cause' in error && error.cause === thrown).toBe(true);
  });

  test('is not affected by a ToriiError that the handler throws', async () => {
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

  test('can be bytes, text, or a stream of either', async () => {
    const stream = () => new Response(payload).body;
    expect(await statusOf(bytes)).toBe('handled');
    expect(await statusOf(stream())).toBe('handled');
    expect(await statusOf(() => stream())).toBe('handled');
    expect(await statusOf(inPieces(bytes.subarray(0, 5), bytes.subarray(5, 6), bytes.subarray(6)))).toBe('handled');
    expect(await statusOf(inPieces(payload.slice(0, 7), payload.slice(7)))).toBe('handled');
    expect(await statusOf(null)).toBe('signature_invalid');
  });

  test('is not read if the headers are invalid or declare a body that is too large', async () => {
    const find = vi.fn(() => payload);
    expect(await statusOf(find, { 'webhook-id': '' })).toBe('header_missing');
    expect(await statusOf(find, { 'webhook-timestamp': '1' })).toBe('timestamp_too_old');
    expect(await statusOf(find, { 'content-length': '1001' })).toBe('payload_too_large');
    expect(find).not.toHaveBeenCalled();
  });

  test('that never ends is discarded, and the stream is closed after some megabytes', async () => {
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

  test('with many empty chunks is too large: a stream of nothing else would never end', async () => {
    async function* empty(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 1_000; n++) yield new Uint8Array();
      yield bytes;
    }
    expect(await statusOf(empty())).toBe('payload_too_large');
  });

  test('whose stream fails is refused as incomplete', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 10);
      throw new Error('aborted');
    }
    expect(await statusOf(broken())).toBe('payload_incomplete');
  });

  async function* chunks(...pieces: unknown[]): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) yield piece as Uint8Array;
  }

  test('in ArrayBuffer chunks is limited too', async () => {
    expect(await statusOf(chunks(bytes.buffer.slice(0, 9), bytes.slice(9).buffer))).toBe('handled');
    expect(await statusOf(chunks(new ArrayBuffer(600), new ArrayBuffer(600)))).toBe('payload_too_large');
  });

  test.each<[string, unknown]>([
    ['numbers', [123, 125]],
    ['numbers of two bytes', Uint16Array.of(123, 125)],
    ['a length of NaN', { length: Number.NaN }],
    ['a negative length', { length: -5 }],
    ['a number', 5],
    ['undefined', undefined],
  ])('in chunks that are not bytes is a configuration error: %s', async (_name, piece) => {
    await expect(statusOf(chunks(bytes, piece))).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'payload' });
  });

  test('that is already being read is a configuration error, not a refusal', async () => {
    const stream = new Response(payload).body;
    stream?.getReader();
    await expect(statusOf(stream)).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'payload' });
  });

  test('that was parsed is a configuration error, not a refusal', async () => {
    const parsed = JSON.parse(payload);
    await expect(statusOf(parsed)).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'payload' });
  });

  test('that was parsed without keeping the raw body is a configuration error', () => {
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

  test('is not taken from an empty value while the stream is unread', () => {
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
  ["the store of 'memory'", () => new MemoryStore()],
])('[29] a repeated delivery, with %s', (_name, makeStore) => {
  test('is answered with 200, and the handler is not called', async () => {
    const hooks = receiving({ store: makeStore() });
    expect(await hooks.answer()).toBe('200 handled');
    expect(await hooks.answer()).toBe('200 repeated');
    expect(await hooks.answer({ ageSeconds: 200 })).toBe('200 repeated');
    expect(hooks.handled).toEqual(['evt_1']);
    expect(hooks.notices.map(({ type }) => type)).toEqual(['handled', 'repeated', 'repeated']);
  });

  test('is recognized by the id of its event', async () => {
    const hooks = receiving({ store: makeStore() });
    await hooks.answer();
    expect(await hooks.answer({ id: 'evt_2' })).toBe('200 handled');
  });

  test('is verified like any other delivery', async () => {
    const hooks = receiving({ store: makeStore() });
    await hooks.answer();
    expect(await hooks.answer({ secrets: [nextSecret] })).toBe('400 signature_invalid');
  });

  test('is recognized after a rotation of the secret', async () => {
    const store = makeStore();
    await receiving({ store }).answer();
    const later = receiving({ store, secret: [nextSecret, secret] });
    expect(await later.answer({ secrets: [nextSecret, secret] })).toBe('200 repeated');
    expect(later.handled).toEqual([]);
  });

  test('is handled if the handler failed before', async () => {
    const hooks = receiving({ store: makeStore() });
    hooks.doing(() => Promise.reject(new Error('down')));
    await expect(hooks.receive()).rejects.toThrow('down');
    hooks.doing(() => {});
    expect(await hooks.answer()).toBe('200 handled');
    expect(await hooks.answer()).toBe('200 repeated');
    expect(hooks.handled).toEqual(['evt_1', 'evt_1']);
  });

  test('is handled if the first delivery was refused', async () => {
    const hooks = receiving({ store: makeStore() });
    expect(await hooks.answer({ secrets: [nextSecret] })).toBe('400 signature_invalid');
    expect(await hooks.answer()).toBe('200 handled');
  });

  test('is answered with 503 while the event is being handled, also by another receiver with the same store', async () => {
    const store = makeStore();
    const [hooks, others] = [receiving({ store }), receiving({ store })];
    const { opened, open } = gate();
    hooks.doing(() => opened);
    const first = hooks.answer();
    // Otherwise the second delivery may be verified first, and block the first.
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

  test('is handled once if a hundred arrive simultaneously', async () => {
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

  test('is handled after the lease expires if the first process crashed', async () => {
    const store = makeStore();
    const dying = receiving({ store, leaseSeconds: 60 });
    dying.doing(() => new Promise(() => {}));
    void dying.receive();
    await vi.waitFor(() => expect(dying.handled).toEqual(['evt_1']), patience);
    const now = Date.now();
    // Another process shares the store, but not the memory of the first process.
    const copy = elsewhere(store);
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now + 59_000);
    expect(await copy.answer()).toBe('503 in_progress');
    clock.mockReturnValue(now + 62_000);
    expect(await copy.answer()).toBe('200 handled');
  });

  test('is handled after the lease expires, in the same process too', async () => {
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

  test('is not handled concurrently if the clock is set forward', async () => {
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

  test('is recognized as long as its signature is accepted, even if the clock of the sender was ahead', async () => {
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

  test('a slow handler does not release the claim of the delivery that took over', async () => {
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

test('[29] two simultaneous deliveries in one process are handled once, however slow the store is', async () => {
  const entries = new Map<string, object>();
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  let sets = 0;
  // Without the in-process check, both deliveries would read before either writes, and the second would write after the first
  // has confirmed its claim.
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
  // Signatures are verified in other threads, so either delivery can be first.
  const answers = await Promise.all([hooks.answer(), others.answer()]);
  expect(answers.toSorted()).toEqual(['200 handled', '503 in_progress']);
  expect([...hooks.handled, ...others.handled]).toEqual(['evt_0', 'evt_1']);
});

describe('[29] a store that is slow', () => {
  /** A store that runs a callback during each read or write of the event. */
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

  test('to read does not shorten the lease of the handler', async () => {
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
  ])('to write may use half of the lease: %i ms of a minute: %s', async (waitMs, answer, handled) => {
    const entries = new Map<string, object>();
    const wait = { set: (): void => skip(waitMs) };
    const hooks = receiving({ store: behind(entries, wait), leaseSeconds: 60 });
    expect(await hooks.answer()).toBe(answer);
    expect(hooks.handled).toEqual(handled);
    wait.set = () => {};
    // An event that was not handled is not blocked.
    expect(await hooks.answer()).toBe(handled.length > 0 ? '200 repeated' : '200 handled');
  });

  test('is read again right before a claim is written, and the claim of another process is kept', async () => {
    const entries = new Map<string, object>();
    const another = claimOfAnother();
    const slow = receiving({ store: behind(entries, { get: () => void entries.set(key, another) }) });
    expect(await slow.answer()).toBe('503 in_progress');
    expect([slow.handled, entries.get(key)]).toEqual([[], another]);
  });

  test('keeps the claim of another process that was written last', async () => {
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

  test('gives an event to only one delivery, even if reading takes longer than the lease', async () => {
    const entries = new Map<string, object>();
    const reading = gate();
    let reads = 0;
    // The second read of the first delivery is the slow one.
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

test('[29] entries are written with a TTL', async () => {
  const store = new Keyv();
  const set = vi.spyOn(store, 'set');
  await receiving({ store, leaseSeconds: 30 }).answer();
  const lifetimes = set.mock.calls.filter(([key]) => key === 'torii-webhook:evt_1').map(([, , ttlMs]) => ttlMs);
  expect(lifetimes).toEqual([30_000, 7 * 86_400_000]);
});

test('[29] without a store, a repeated delivery is handled again', async () => {
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
      'throws synchronously when it is read',
      {
        get: () => {
          throw new Error('x');
        },
      },
    ],
    ['cannot be written', { set: fails }],
    ['hides read errors', { get: () => undefined }],
    ['hides write errors', { set: () => false }],
    ['contains an unknown entry', { get: () => ({ anything: 1 }) }],
    ['contains a string', { get: () => 'handled' }],
  ])('and %s leads to 503, and the handler is not called', async (_name, methods) => {
    const hooks = receiving({ store: failing(methods) });
    const { status, headers, body } = await hooks.receive();
    expect([status, body]).toMatchObject([503, { error: { reason: 'store_unavailable' } }]);
    expect(Number(headers['Retry-After'])).toBeGreaterThan(0);
    expect(JSON.stringify(body)).not.toContain('password');
    expect(hooks.handled).toEqual([]);
  });

  test('to write one entry and hides it leads to 503 too', async () => {
    const entries = new Map<string, object>();
    const set = (key: string, value: object) => key.endsWith('evt_1') || entries.set(key, value);
    const hooks = receiving({ store: failing({ get: (key) => entries.get(key), set }) });
    expect(await hooks.answer()).toBe('503 store_unavailable');
    expect(hooks.handled).toEqual([]);
  });

  test('because it contains an unknown entry keeps that entry', async () => {
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

  test('and recovers does not block events', async () => {
    const store = failing({});
    const hooks = receiving({ store });
    const get = vi.spyOn(store, 'get').mockImplementation(() => fails() as never);
    expect(await hooks.answer()).toBe('503 store_unavailable');
    get.mockRestore();
    expect(await hooks.answer()).toBe('200 handled');
  });

  test('to read and hides it is not mistaken for an empty store', async () => {
    const store = failing({});
    const hooks = receiving({ store });
    await hooks.answer();
    // Like Keyv with a Redis connection that breaks: this read fails, the next one works.
    vi.spyOn(store, 'get').mockReturnValueOnce(undefined).mockReturnValueOnce(undefined);
    expect(await hooks.answer()).toBe('200 repeated');
    expect(hooks.handled).toHaveLength(1);
  });

  test('[29] to read one entry and hides it is read again', async () => {
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
    ['throws', fails],
    ['returns undefined', () => undefined],
  ])('to read its claim back, and %s, does not block the event', async (_name, fail) => {
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

  test('that hangs leads to 503 after three seconds', async () => {
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

  test('to save that an event was handled does not change the answer, and the listener is called', async () => {
    const store = failing({});
    const hooks = receiving({ store });
    hooks.doing(() => void vi.spyOn(store, 'set').mockImplementation(() => fails() as never));
    expect(await hooks.answer()).toBe('200 handled');
    expect(hooks.notices).toMatchObject([
      { type: 'not_noted', eventId: 'evt_1', error: { reason: 'store_unavailable' } },
    ]);
  });

  test('to release an event blocks it until the lease expires, and the error of the handler is thrown', async () => {
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

test('[38] the test entry of a process whose clock is behind is not mistaken for a lost one', async () => {
  const rules = { toleranceSeconds: 5, rememberSeconds: 11 };
  const entries = new Map<string, object>();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 20_000);
  await receiving({ store: entries, ...rules }).answer();
  clock.mockRestore();
  // Both processes write the entry, and the one that is behind is the last.
  const store: WebhookStore = {
    get: (key) => entries.get(key),
    set: (key, value) => key === 'torii-webhook:.' || entries.set(key, value),
    delete: (key) => entries.delete(key),
  };
  expect(await receiving({ store, ...rules }).answer({ id: 'evt_2' })).toBe('200 handled');
});

describe('options', () => {
  test.each<[string, string, object]>([
    ['secret', 'no secret', { secret: undefined }],
    ['secret', 'a short secret', { secret: 'whsec_AAAA' }],
    ['store', 'an undefined store', { secret, store: undefined }],
    ['store', 'a text other than memory', { secret, store: 'redis' }],
    ['store', 'a store without delete', { secret, store: { get() {}, set() {} } }],
    ['leaseSeconds', 'a lease of a day', { secret, leaseSeconds: 86_400 }],
    ['leaseSeconds', 'a lease of 0 s', { secret, leaseSeconds: 0 }],
    ['rememberSeconds', '0 s', { secret, rememberSeconds: 0 }],
    ['rememberSeconds', 'Infinity', { secret, rememberSeconds: Number.POSITIVE_INFINITY }],
    ['rememberSeconds', 'less than signatures are accepted', { secret, rememberSeconds: 600 }],
    ['rememberSeconds', 'half a second more than signatures are accepted', { secret, rememberSeconds: 600.5 }],
    [
      'rememberSeconds',
      'less than signatures are accepted with another tolerance',
      { secret, rememberSeconds: 120, toleranceSeconds: 60 },
    ],
    ['maxBytes', 'half a byte', { secret, maxBytes: 0.5 }],
    ['onEvent', 'a listener that is not a function', { secret, onEvent: 'log' }],
    ['sekret', 'a typing error', { secret, sekret: secret }],
  ])('are refused when the receiver is created: %s, %s', (option, _name, options) => {
    expect(() => createWebhookReceiver(options as WebhookReceiverOptions)).toThrow(
      expect.objectContaining({ name: 'ToriiConfigError', option }),
    );
  });

  test.each([
    { secret, rememberSeconds: 601 },
    { secret, rememberSeconds: 121, toleranceSeconds: 60 },
    { secret, rememberSeconds: 1, toleranceSeconds: 0 },
  ])('accept a rememberSeconds that is longer than signatures are accepted: %o', (options) => {
    expect(() => createWebhookReceiver(options)).not.toThrow();
  });

  test('errors of the listener are ignored', async () => {
    const listeners = [
      () => {
        throw new Error('x');
      },
      () => Promise.reject(new Error('x')),
    ];
    for (const onEvent of listeners) expect(await receiving({ onEvent }).answer()).toBe('200 handled');
  });
});

describe("store: 'memory'", () => {
  test('[29] remembers the events of one receiver', async () => {
    const [hooks, others] = [receiving({ store: 'memory' }), receiving({ store: 'memory' })];
    expect(await hooks.answer()).toBe('200 handled');
    expect(await hooks.answer()).toBe('200 repeated');
    expect(await others.answer()).toBe('200 handled');
  });

  test('[36] remembers a bounded number of events, the last ones', () => {
    const store = new MemoryStore();
    const entry = {};
    for (let n = 0; n < 150_000; n++) store.set(`event ${n}`, entry);
    expect(store.get('event 149999')).toBe(entry);
    expect(store.get('event 50000')).toBe(entry);
    expect(store.get('event 49999')).toBeUndefined();
  });

  test('[36] writing an event again keeps it longer', () => {
    const store = new MemoryStore();
    store.set('claimed', {});
    for (let n = 0; n < 99_999; n++) store.set(`event ${n}`, {});
    store.set('claimed', { state: 'handled' });
    store.set('one more', {});
    expect(store.get('claimed')).toEqual({ state: 'handled' });
    expect(store.get('event 0')).toBeUndefined();
  });
});

/** Advances both clocks. */
function skip(ms: number): void {
  const [wallMs, steadyMs] = [Date.now() + ms, performance.now() + ms];
  vi.spyOn(Date, 'now').mockReturnValue(wallMs);
  vi.spyOn(performance, 'now').mockReturnValue(steadyMs);
}

/** A receiver in another process: another store object with the same entries. */
function elsewhere(store: WebhookStore) {
  const twin: WebhookStore = {
    get: (key) => store.get(key),
    set: (key, value, ttlMs) => store.set(key, value, ttlMs),
    delete: (key) => store.delete(key),
  };
  return receiving({ store: twin });
}
