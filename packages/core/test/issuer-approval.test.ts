import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type ApproveResult,
  createTokenVerifier,
  createVerifier,
  type IssuerApproval,
  type TokenVerifier,
  type VerifierEvent,
} from '../src/index.ts';
import { type KeyEndpoint, makeKeyEndpoint } from './key-endpoint.ts';
import { base64url, makeKey, mint, nowSeconds, type SigningKey } from './mint.ts';
import { outcomeOf } from './outcome.ts';

const acme = 'https://acme.torii.test';
const other = 'https://other.torii.test';

let key: SigningKey;
let stranger: SigningKey;
beforeAll(async () => {
  [key, stranger] = await Promise.all([makeKey(), makeKey()]);
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: Date.UTC(2026, 0, 1) });
  // Core warns about many `fetch` functions for one URL, as these tests use them.
  vi.spyOn(console, 'warn').mockReturnValue();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

interface Tenants {
  readonly verifier: TokenVerifier;
  readonly endpoint: KeyEndpoint;
  /** The issuers that `approve` was asked about. */
  readonly asked: string[];
  readonly events: VerifierEvent[];
  /** The table of tenants. Tests change it. */
  readonly records: Map<string, unknown>;
  ask(claims?: Record<string, unknown>, signer?: SigningKey): Promise<string>;
}

/** A verifier whose `approve` looks issuers up in a table. A function in the table is called. */
function makeTenants(
  records: Record<string, unknown> = { [acme]: acme },
  options: Partial<IssuerApproval> & { environmentId?: string } = {},
): Tenants {
  const { environmentId, ...issuer } = options;
  const [table, asked, events] = [new Map(Object.entries(records)), [] as string[], [] as VerifierEvent[]];
  const endpoint = makeKeyEndpoint(key);
  const verifier = createTokenVerifier({
    issuer: {
      approve: (iss, { signal }) => {
        asked.push(iss);
        const record = table.get(iss);
        return (typeof record === 'function' ? record(signal) : record) as ApproveResult;
      },
      ...issuer,
    },
    ...(environmentId !== undefined && { environmentId }),
    fetch: endpoint.fetch,
    onEvent: (event) => events.push(event),
  });
  return {
    verifier,
    endpoint,
    asked,
    events,
    records: table,
    ask: async (claims = {}, signer = key) => outcomeOf(verifier.verify(await mint(signer, { iss: acme, ...claims }))),
  };
}

const keysOf = (issuer: string): string => `${issuer}/_torii/.well-known/jwks.json`;

describe('an issuer that a function approves', () => {
  test('is asked about once, and its keys are fetched from the URL in the answer', async () => {
    const tenants = makeTenants({ [acme]: `${acme}/`, [other]: Promise.resolve({ issuer: other }) });
    for (const iss of [acme, `${acme}/`, other, acme]) expect(await tenants.ask({ iss })).toBe('accepted');
    expect(tenants.asked).toEqual([acme, other]);
    expect(tenants.endpoint.urls).toEqual([keysOf(acme), keysOf(other)]);
  });

  test('works for requests too, with an Auth that has the issuer', async () => {
    const verifier = createVerifier({
      issuer: { approve: () => acme },
      fetch: makeKeyEndpoint(key).fetch,
    });
    const headers = { authorization: `Bearer ${await mint(key, { iss: acme })}` };
    expect(await verifier.authenticate({ headers })).toMatchObject({ issuer: acme, userId: 'user_1' });
  });

  test('[6] is refused if the function returns nothing for it, which causes no fetch', async () => {
    for (const nothing of [null, undefined, false, Promise.resolve(null)]) {
      const tenants = makeTenants({ [acme]: nothing });
      expect(await tenants.ask()).toBe('issuer_refused');
      expect(tenants.endpoint.urls).toEqual([]);
      const [event] = tenants.events;
      expect(event).toMatchObject({ type: 'refused', detail: { claim: 'iss', actual: acme } });
      expect(JSON.stringify(event)).toMatch(/`approve` returned (?:null|undefined|false)/);
    }
  });

  test('[6] is refused if the function returns another issuer, whose keys are not fetched', async () => {
    const lookalikes = [`${acme}/x`, 'https://acme.torii.test.evil.test', 'https://acme.torii.test:8443'];
    for (const iss of lookalikes) {
      const tenants = makeTenants({ [iss]: acme });
      expect(await tenants.ask({ iss })).toBe('issuer_refused');
      expect(tenants.asked).toEqual([iss]);
      expect(tenants.endpoint.urls).toEqual([]);
    }
  });

  test('[3] [6] is refused without a call if it could not be the URL of an issuer', async () => {
    const tenants = makeTenants();
    const texts = [
      'acme',
      'http://acme.torii.test',
      'https://ACME.torii.test',
      `${acme}//`,
      `${acme}:443`,
      `${acme}?x`,
      `https://me@acme.torii.test`,
      `${acme}/${'x'.repeat(500)}`,
      'https://*.torii.test',
      'file:///etc/passwd',
      '__proto__',
    ];
    for (const iss of texts) expect(await tenants.ask({ iss }), iss).toBe('issuer_refused');
    expect(await tenants.ask({ iss: [acme] })).toBe('claim_malformed');
    expect(await tenants.ask({ iss: undefined })).toBe('claim_missing');
    expect(tenants.asked).toEqual([]);
  });

  test('is not asked about for a token that is refused without a key', async () => {
    const tenants = makeTenants({ [acme]: acme }, { environmentId: 'env_1' });
    const now = nowSeconds();
    expect(await tenants.ask({ exp: now - 60 })).toBe('token_expired');
    expect(await tenants.ask({ iat: now + 600, exp: now + 900 })).toBe('token_not_yet_valid');
    expect(await tenants.ask({ sub: '' })).toBe('claim_malformed');
    expect(await tenants.ask({ aud: 'another' })).toBe('audience_refused');
    expect(await tenants.ask({ pid: 'env_2' })).toBe('environment_refused');
    const [header, claims] = (await mint(key, { iss: acme })).split('.');
    const zeros = base64url(new Uint8Array(64));
    for (const [signature, reason] of [
      [zeros, 'signature_invalid'],
      [zeros.slice(4), 'signature_invalid'],
    ] as const)
      expect(await outcomeOf(tenants.verifier.verify(`${header}.${claims}.${signature}`))).toBe(reason);
    expect(await outcomeOf(tenants.verifier.verify('a.b.c'))).toBe('token_malformed');
    expect(tenants.asked).toEqual([]);
  });

  test('[5] is verified with its own keys alone', async () => {
    const tenants = makeTenants({ [acme]: acme, [other]: other });
    expect(await tenants.ask({ iss: other })).toBe('accepted');
    tenants.endpoint.publish(stranger);
    expect(await tenants.ask({ iss: acme })).toBe('signature_invalid');
    expect(await tenants.ask({ iss: acme }, stranger)).toBe('accepted');
    expect(await tenants.ask({ iss: other }, stranger)).toBe('signature_invalid');
  });

  test('[9] is accepted for the environments in the answer only', async () => {
    const tenants = makeTenants({
      [acme]: { issuer: acme, environmentId: 'env_1' },
      [other]: { issuer: other, environmentId: ['env_2', 'env_3'] },
    });
    const ask = (iss: string, pid: string) => tenants.ask({ iss, pid });
    expect(await ask(acme, 'env_1')).toBe('accepted');
    expect(await ask(acme, 'env_2')).toBe('environment_refused');
    expect(await ask(other, 'env_3')).toBe('accepted');
    expect(await ask(other, 'env_1')).toBe('environment_refused');
    expect(tenants.asked).toEqual([acme, other]);
  });
});

describe('an approval', () => {
  test('is renewed in the background after half of its time, with one call', async () => {
    const tenants = makeTenants({ [acme]: acme }, { rememberSeconds: 60 });
    const token = await mint(key, { iss: acme });
    for (const ms of [29_999, 1, 29_999, 1]) {
      expect(await outcomeOf(tenants.verifier.verify(token))).toBe('accepted');
      await pass(ms);
    }
    expect(tenants.asked).toHaveLength(2);
    expect(await outcomeOf(tenants.verifier.verify(token))).toBe('accepted');
    expect(tenants.asked).toHaveLength(3);
    // The signature was verified once: the token is still remembered.
    expect(tenants.events.filter((event) => event.type === 'verified').map((event) => event.fromCache)).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  test('[11] that is withdrawn ends for remembered tokens too, at the latest when its time is over', async () => {
    const tenants = makeTenants({ [acme]: acme }, { rememberSeconds: 60 });
    const token = await mint(key, { iss: acme });
    expect(await outcomeOf(tenants.verifier.verify(token))).toBe('accepted');
    tenants.records.delete(acme);
    await pass(59_999);
    expect(await outcomeOf(tenants.verifier.verify(token))).toBe('accepted');
    expect(await outcomeOf(tenants.verifier.verify(token))).toBe('issuer_refused');

    const idle = makeTenants({ [acme]: acme }, { rememberSeconds: 60 });
    expect(await outcomeOf(idle.verifier.verify(token))).toBe('accepted');
    idle.records.delete(acme);
    await pass(60_000);
    expect(await outcomeOf(idle.verifier.verify(token))).toBe('issuer_refused');
  });

  test('[9] [11] for fewer environments ends tokens of the others, remembered ones too', async () => {
    const tenants = makeTenants({ [acme]: acme }, { rememberSeconds: 60 });
    const tokens = await Promise.all(['env_1', 'env_2'].map((pid) => mint(key, { iss: acme, pid })));
    const ask = () => Promise.all(tokens.map((token) => outcomeOf(tenants.verifier.verify(token))));
    expect(await ask()).toEqual(['accepted', 'accepted']);
    tenants.records.set(acme, { issuer: acme, environmentId: 'env_1' });
    await pass(30_000);
    await ask();
    await pass(0);
    expect(await ask()).toEqual(['accepted', 'environment_refused']);
    expect(await ask()).toEqual(['accepted', 'environment_refused']);
    expect(tenants.endpoint.urls).toHaveLength(1);
    tenants.records.set(acme, { issuer: acme, environmentId: ['env_2', 'env_1'] });
    await pass(60_000);
    expect(await ask()).toEqual(['accepted', 'accepted']);
    expect(await ask()).toEqual(['accepted', 'accepted']);
    const known = tenants.events.flatMap((event) => (event.type === 'verified' ? [event.fromCache] : []));
    expect(known.slice(-4)).toEqual([false, false, true, true]);
  });

  test('that is given back after it was withdrawn holds again after ten seconds', async () => {
    const tenants = makeTenants({ [acme]: acme }, { rememberSeconds: 60 });
    const token = await mint(key, { iss: acme });
    expect(await outcomeOf(tenants.verifier.verify(token))).toBe('accepted');
    tenants.records.delete(acme);
    await pass(60_000);
    expect(await outcomeOf(tenants.verifier.verify(token))).toBe('issuer_refused');
    tenants.records.set(acme, acme);
    await pass(10_000);
    expect(await outcomeOf(tenants.verifier.verify(token))).toBe('accepted');
  });

  test('that cannot be renewed holds until its time is over, then the answer is 503', async () => {
    const tenants = makeTenants({ [acme]: acme }, { rememberSeconds: 60 });
    expect(await tenants.ask()).toBe('accepted');
    tenants.records.set(acme, () => Promise.reject(new Error('the database is down')));
    await pass(59_999);
    expect(await tenants.ask()).toBe('accepted');
    await pass(1);
    expect(await tenants.ask()).toBe('keys_unavailable');
    tenants.records.set(acme, acme);
    await pass(1_000);
    expect(await tenants.ask()).toBe('accepted');
  });

  test('counts from when the call began', async () => {
    const tenants = makeTenants({ [acme]: acme }, { rememberSeconds: 60, timeoutMs: 30_000 });
    tenants.records.set(acme, () => new Promise((resolve) => setTimeout(resolve, 20_000, acme)));
    const slow = outcomeOf(tenants.verifier.verify(await mint(key, { iss: acme })));
    await pass(20_000);
    expect(await slow).toBe('accepted');
    tenants.records.delete(acme);
    await pass(40_000);
    expect(await tenants.ask()).toBe('issuer_refused');
  });

  test('is waited for only as long as it is remembered', async () => {
    const tenants = makeTenants({}, { rememberSeconds: 2 });
    const signals: AbortSignal[] = [];
    tenants.records.set(acme, (signal: AbortSignal) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    const asked = outcomeOf(tenants.verifier.verify(await mint(key, { iss: acme })));
    await pass(1_999);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await pass(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await asked).toBe('keys_unavailable');
  });

  test('that was refused is asked for again after ten seconds', async () => {
    const tenants = makeTenants({});
    expect(await tenants.ask()).toBe('issuer_refused');
    tenants.records.set(acme, acme);
    await pass(9_999);
    expect(await tenants.ask()).toBe('issuer_refused');
    await pass(1);
    expect(await tenants.ask()).toBe('accepted');
    expect(tenants.asked).toHaveLength(2);
  });
});
