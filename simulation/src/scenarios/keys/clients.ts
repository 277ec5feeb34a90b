import type { Auth, Verifier, VerifierEvent } from '@torii/core';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Ask, Asked, KeyFile, Settings } from './ask.ts';
import { fileOf } from './issuer-server.ts';
import type { Judge } from './judge.ts';
import { type KeyPair, keyOf, namesOf, originOf } from './key-pairs.ts';
import { KeyView, renewAfterMs } from './key-view.ts';
import type { ProcessPlan, VerifierPlan } from './plan.ts';
import { poolMs } from './reliance.ts';
import { environments, type Token } from './tokens.ts';
import type { Outcome } from './verdicts.ts';

/** A verifier of the product in a simulated process, with everything that is known of it. */
export interface Client extends Asked {
  readonly call: (token: string) => Promise<Outcome>;
  readonly accepted: Map<string, number> | undefined;
  /** Gets its options with each call: which tokens it remembers depends on the other calls of the process. */
  readonly isOnce: boolean;
  /** From the `verified` event of the current call. */
  wasFromCache: boolean | undefined;
  /** The last answer in the trace. */
  noted: string;
  notedAtMs: number;
}

/** The verifiers of one process, and what each of its key sources should know. */
export interface Member {
  readonly process: VirtualProcess;
  readonly views: readonly KeyView[];
  readonly clients: readonly Client[];
}

const mostOptionSets = 16;

/** For an accepted token that may no longer be in the cache. */
const maybeDropped = -2;

export function startMember(
  world: World,
  process: VirtualProcess,
  plan: ProcessPlan,
  initialKeys: readonly (readonly KeyPair[])[],
  isLegacy: boolean,
  deafFetch: typeof globalThis.fetch,
): Member {
  const fetch = plan.isDeaf ? { fetch: deafFetch } : {};
  const views = initialKeys.map((_, issuer) => new KeyView(world, process, issuer, isLegacy));
  const clients = plan.verifiers.map((verifier) =>
    startClient(world, process, verifier, views, initialKeys, isLegacy, fetch),
  );
  return { process, views, clients };
}

function startClient(
  world: World,
  process: VirtualProcess,
  plan: VerifierPlan,
  views: readonly KeyView[],
  initialKeys: readonly (readonly KeyPair[])[],
  isLegacy: boolean,
  fetch: { readonly fetch?: typeof globalThis.fetch },
): Client {
  const { form } = plan;
  const isChanging = form === 'once, changing';
  const isOnce = form === 'once' || form === 'request once' || isChanging;
  const isTokenOnly = form === 'token verifier' || form === 'once' || isChanging;
  const issuerCount = initialKeys.length;
  const given = plan.file !== null && !isOnce ? plan.file : undefined;
  const only = plan.issuer ?? (given === undefined ? null : 0);
  const settings: Settings = {
    issuers: only === null ? initialKeys.map((_, issuer) => issuer) : [only % issuerCount],
    toleranceMs: plan.toleranceS * 1000,
    maxStaleMs: plan.maxStaleS * 1000,
    timeoutMs: plan.timeoutMs,
    cachedTokens: isChanging ? mostOptionSets : plan.cachedTokens,
    environment: plan.environment ?? undefined,
    refusesImpersonated: plan.refusesImpersonated && !isTokenOnly,
  };
  for (const issuer of settings.issuers) {
    const view = views[issuer] as KeyView;
    view.timeoutsMs = [...view.timeoutsMs, settings.timeoutMs].sort((a, b) => a - b);
  }
  const issuer = settings.issuers[0] ?? 0;
  const fileKeys = [...(initialKeys[issuer] ?? [])];
  if (given?.withdrawn || fileKeys.length === 0) fileKeys.push(keyOf(issuer, 3));
  const uniqueKeys = [...new Set(fileKeys)];
  const fetchedAtMs = process.wallMs - (given?.ageMs ?? 0);
  const names = namesOf(uniqueKeys);
  const file: KeyFile | undefined =
    given && names.size > 0 ? { names, fetchedAtMs, usedAt: undefined, isSpent: false } : undefined;
  const client: Client = {
    process,
    settings,
    file,
    accepted: settings.cachedTokens > 0 ? new Map() : undefined,
    wasFromCache: undefined,
    isOnce,
    noted: '',
    notedAtMs: -1,
    viewOf: (number) => views[number] as KeyView,
    call: () => Promise.reject(new Error('not made yet')),
  };
  const options = {
    issuer: settings.issuers.map(originOf),
    clockTolerance: plan.toleranceS,
    maxStaleSeconds: plan.maxStaleS,
    cachedTokens: settings.cachedTokens,
    ...fetch,
    ...(!isLegacy && { onEvent: (event: VerifierEvent) => onEvent(world, client, event) }),
    ...(!isLegacy && { keysTimeoutMs: plan.timeoutMs }),
    ...(settings.environment !== undefined && {
      environmentId: environments[settings.environment % environments.length] ?? '',
    }),
    ...(file !== undefined && { initialKeys: fileOf(uniqueKeys, new Date(fetchedAtMs).toISOString()) as never }),
  };
  const checks = [(auth: Auth): boolean => !auth.impersonating];
  const all = { ...options, ...(settings.refusesImpersonated && { checks }) };
  const { core } = process.product;
  const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });
  const call = ((): ((token: string) => Promise<Outcome>) => {
    if (form === 'once') return (token) => outcomeOf(core.verifyToken(token, options));
    if (isChanging) {
      let calls = 0;
      // More sets of options than are remembered.
      return (token) => {
        calls += 1;
        return outcomeOf(core.verifyToken(token, { ...options, cachedTokens: (calls % mostOptionSets) + 1 }));
      };
    }
    if (form === 'request once') return (token) => outcomeOf(core.authenticateRequest(bearer(token), all));
    if (form === 'token verifier') {
      const verifier = core.createTokenVerifier(options);
      return (token) => outcomeOf(verifier.verify(token));
    }
    const verifier: Verifier = core.createVerifier(all);
    if (form === 'check') return async (token) => checked(await verifier.check(bearer(token)));
    if (form === 'authenticate') return (token) => outcomeOf(verifier.authenticate(bearer(token)));
    return (token) => outcomeOf(verifier.verify(token));
  })();
  return Object.assign(client, { call });
}

function accepted(auth: Auth | null): Outcome {
  if (auth === null) return { kind: 'failed', text: 'no Auth and no refusal' };
  const { userId, environmentId, impersonating, expiresAt } = auth;
  return {
    kind: 'accepted',
    userId,
    environmentId,
    isImpersonated: impersonating,
    expiresAtMs: expiresAt * 1000,
  };
}

function checked({ auth, denial }: { auth: Auth | null; denial: unknown }): Outcome {
  if (denial === undefined) return accepted(auth);
  const { status, headers, body } = denial as {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: { readonly error: { readonly reason: string } };
  };
  const retryAfter = headers['Retry-After'];
  return {
    kind: 'refused',
    status,
    reason: body.error.reason,
    retryAfter: retryAfter === undefined ? undefined : Number(retryAfter),
  };
}

async function outcomeOf(answer: Promise<Auth | null>): Promise<Outcome> {
  try {
    return accepted(await answer);
  } catch (error) {
    const { status, reason, retryAfterSeconds } = error as Readonly<Record<string, unknown>>;
    if (typeof reason !== 'string') return { kind: 'failed', text: String(error) };
    return {
      kind: 'refused',
      status: Number(status ?? statuses[reason] ?? 401),
      reason,
      retryAfter: retryAfterSeconds,
    };
  }
}

// Older commits have no `status`.
const statuses: Readonly<Record<string, number>> = { keys_unavailable: 503, not_allowed: 403 };

function onEvent(world: World, client: Client, event: VerifierEvent): void {
  const { process, settings } = client;
  if (event.type === 'verified') {
    client.wasFromCache = event.fromCache;
    return;
  }
  if (event.type === 'keys_fetched' || event.type === 'keys_failed') {
    const issuer = settings.issuers.find((number) => event.url.startsWith(`${originOf(number)}/`));
    if (issuer === undefined) world.violate(12, `${process.name} reports keys of ${event.url}`);
    else if (event.type === 'keys_fetched') client.viewOf(issuer).onFetchedEvent(event.kids, event.durationMs);
    else client.viewOf(issuer).onFailedEvent(event.usable, settings.maxStaleMs);
  }
  const text =
    event.type === 'refused' ? `${event.error.message} ${JSON.stringify(event.detail)}` : JSON.stringify(event);
  if (text.includes('eyJ')) world.violate(16, `${process.name}: a token in the event ${event.type}`);
}

/** Sends a token to a verifier, as soon as its process runs. */
export function send(
  world: World,
  judge: Judge,
  client: Client,
  token: Token,
  onAnswer: (ask: Ask, outcome: Outcome) => void = () => {},
): void {
  client.process.deliver(() => {
    const ask = judge.begin(client, token);
    client.wasFromCache = undefined;
    const answer = client.call(token.text);
    if (!judge.isLegacy) checkCache(world, ask, client);
    judge.afterCall(ask);
    void answer.then((outcome) => {
      if (client.process.isDead) return;
      judge.end(ask, outcome);
      remember(client, ask, outcome, world.nowMs);
      if (outcome.kind !== 'accepted' && !ask.wasCheap) noteAnswer(world, client, token, textOf(outcome));
      onAnswer(ask, outcome);
    });
  });
}

function remember({ accepted, process }: Client, { token, view, begun }: Ask, outcome: Outcome, nowMs: number): void {
  // A check refuses a token after it was verified.
  const isVerified = outcome.kind === 'accepted' || (outcome.kind === 'refused' && outcome.reason === 'not_allowed');
  // The keys may have changed while a signature was checked.
  const isUnsure =
    process.thawedAtMs > begun.atMs ||
    (nowMs > begun.atMs && nowMs - begun.atMs <= poolMs && view.replacedAtMs >= begun.atMs);
  if (isVerified) accepted?.set(token.text, isUnsure ? maybeDropped : view.sinceOf(token.kid));
  else if (accepted?.has(token.text)) accepted.set(token.text, maybeDropped);
}

/** Writes one line to the trace for all equal answers at the same time. */
function noteAnswer(world: World, client: Client, token: Token, text: string): void {
  if (client.notedAtMs === world.nowMs && client.noted === text) return;
  client.notedAtMs = world.nowMs;
  client.noted = text;
  world.note(client.process.name, `${token.name}: ${text}`);
}

function textOf(outcome: Outcome): string {
  if (outcome.kind === 'accepted') return 'accepted';
  if (outcome.kind === 'failed') return `failed: ${outcome.text}`;
  return `${outcome.status} ${outcome.reason}${outcome.status === 503 ? `, retry after ${String(outcome.retryAfter)} s` : ''}`;
}

/** Checks that an accepted token is answered from the cache while its key is valid, and that other tokens are not. */
function checkCache(world: World, { view, token, asked }: Ask, client: Client): void {
  const known = client.accepted?.get(token.text);
  const { process, wasFromCache } = client;
  if (wasFromCache === true && known === undefined) {
    world.violate(11, `${process.name} took "${token.name}" from the cache, although it has never verified it`);
  }
  if (known === undefined || known < 0 || known !== view.sinceOf(token.kid) || view.ageMs() >= renewAfterMs) return;
  const { toleranceMs, cachedTokens } = asked.settings;
  const isInTime = process.wallMs >= token.fromMs - toleranceMs && process.wallMs < token.untilMs + toleranceMs;
  if (!isInTime || (client.accepted?.size ?? 0) > cachedTokens) return;
  if (wasFromCache === true || client.isOnce) return;
  // A request that waited for a key removes the cache entry, even if another request has replaced the entry in the meantime.
  for (const other of view.pending) if (other.token === token && other.begun.atMs < world.nowMs) return;
  world.violate(11, `${process.name} verified "${token.name}" again, although it knows it`);
}
