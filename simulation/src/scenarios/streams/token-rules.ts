import type { StreamEvent } from '@torii/streams';
import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Gateway } from './gateway.ts';
import type { Health } from './health.ts';
import { type KeyName, keyOf, nameOfKeyId } from './keys.ts';
import type { Lifetimes } from './lifetimes.ts';
import type { Node } from './nodes.ts';
import { impersonator, streams, subject, type TokenRequest } from './token-requests.ts';

export interface Minted {
  readonly token: string;
  readonly key: KeyName;
  readonly node: Node;
  /** When it expires, in virtual milliseconds. */
  readonly expiresAtMs: number;
  readonly calledAtMs: number;
  readonly mintedAtMs: number;
  /** Whether the node could know which key the gateway used. */
  readonly isInformed: boolean;
  readonly isLong: boolean;
}

/** What was requested, and the state of the node then. */
export interface Asked extends Omit<TokenRequest, 'token'> {
  readonly ttlSeconds: number;
  readonly calledAtMs: number;
  readonly wallAtCallMs: number;
  readonly answers: number;
  readonly clockChanges: number;
}

/** A round trip to the gateway, at most. */
const roundTripMs = 70;
/** README: "A gateway that hangs delays one round of tokens by two seconds", and half a second for the load as a whole. */
const longestMintMs = 2_600;
/** For this long after a failure, tokens do not wait for the gateway. */
const outageMs = 60_000;

/** What nodes may mint, with which key and by when, and which clients the gateway may refuse. */
export class TokenRules {
  /** How much longer than announced a refusal may last, because of clocks that are off. */
  clockSlackMs = 0;
  readonly #world: World;
  readonly #gateway: Gateway;
  readonly #health: Health;
  readonly #lifetimes: Lifetimes;

  constructor(world: World, gateway: Gateway, health: Health, lifetimes: Lifetimes) {
    this.#world = world;
    this.#gateway = gateway;
    this.#health = health;
    this.#lifetimes = lifetimes;
  }

  minted(node: Node, asked: Asked, result: { readonly token: string; readonly expiresAt: number }): Minted | undefined {
    const { nowMs } = this.#world;
    const { calledAtMs, ttlSeconds } = asked;
    const { maxTtlSeconds, drainTtlSeconds } = this.#lifetimes;
    const [header = '', payload = ''] = result.token.split('.');
    const { kid, alg } = decoded(header);
    const { exp, iat, sub, allowed_streams: allowed, act } = decoded(payload);
    const key = nameOfKeyId(String(kid));
    const wrong = (statement: number, text: string): undefined => {
      this.#world.violate(statement, `${node.name}: ${text}.`);
      return undefined;
    };
    if (key === null || !node.keys.includes(key) || alg !== 'RS256') return wrong(28, `a token is signed with ${key}`);
    if (typeof exp !== 'number' || typeof iat !== 'number' || exp !== result.expiresAt)
      return wrong(28, 'a token has a wrong `exp`');
    if (asked.refusal !== undefined) return wrong(28, `a token was minted instead of ${asked.refusal}`);
    if (sub !== subject || JSON.stringify(allowed) !== JSON.stringify(streams))
      return wrong(28, 'a token is for another subject or other streams than were requested');
    if (Reflect.get(Object(act), 'sub') !== (asked.isImpersonated ? impersonator : undefined))
      return wrong(28, 'a token names another impersonator');
    if (ttlSeconds > maxTtlSeconds || ttlSeconds < 1) return wrong(28, `a token of ${ttlSeconds} s was minted`);
    const isDraining = node.keys.length === 2 && key === node.keys[0];
    const lifetime = isDraining ? Math.min(ttlSeconds, drainTtlSeconds) : ttlSeconds;
    if (exp - iat > lifetime) return wrong(28, `a token of ${exp - iat} s was minted instead of ${lifetime} s`);
    if (exp - iat < lifetime) return wrong(28, `a token of only ${exp - iat} s was minted instead of ${lifetime} s`);
    const jumps = node.process.clockChanges !== asked.clockChanges;
    if (!jumps && (iat * 1000 > node.process.wallMs || (iat + 1) * 1000 <= asked.wallAtCallMs)) {
      return wrong(28, 'a token has a wrong `iat`');
    }
    this.#checkEvents(node, key, ttlSeconds, lifetime);
    if (asked.isImpersonated && --node.impersonated < 0)
      wrong(28, 'no event tells of a token for an impersonated user');
    // A part of them, because a check takes as long as the rest.
    if (exp % 8 < 2) void this.#verify(node, result.token, key, exp, iat);
    const scopes = [node.name, 'gateway', `${node.name} gateway`];
    const wellSince = this.#health.wellSinceMs(scopes);
    const isCalm = wellSince <= calledAtMs && node.process.thawedAtMs <= calledAtMs;
    if (isCalm || this.#health.wellSinceMs([node.name]) <= calledAtMs) {
      if (node.process.thawedAtMs <= calledAtMs && nowMs - calledAtMs > longestMintMs) {
        wrong(34, `a token took ${nowMs - calledAtMs} ms`);
      }
    }
    if (isCalm && nowMs - calledAtMs > 2 * roundTripMs && wellSince + 10_000 < calledAtMs) {
      wrong(34, `a token took ${nowMs - calledAtMs} ms although the gateway is well`);
    }
    const tookMs = nowMs - calledAtMs;
    const isWhole = node.process.thawedAtMs <= calledAtMs && this.#health.wellSinceMs([node.name]) <= calledAtMs;
    if (
      isWhole &&
      tookMs > 100 &&
      calledAtMs < node.hastyUntilMs &&
      calledAtMs > node.hastySinceMs &&
      asked.answers === node.hastyAnswers
    ) {
      wrong(34, `a token took ${tookMs} ms, although the gateway is known to hang`);
    }
    if (isWhole && tookMs >= 1_990 && calledAtMs >= node.hastyUntilMs) {
      node.hastyAnswers = node.answers;
      node.hastySinceMs = nowMs;
      node.hastyUntilMs = calledAtMs + outageMs - 1_000;
    }
    // The first token after an outage may be signed by what was known before it.
    const isInformed =
      isCalm &&
      (calledAtMs - wellSince > outageMs + 5_000 ||
        wellSince === 0 ||
        (node.askedAtMs !== undefined &&
          node.askedAtMs >= wellSince + 4_600 &&
          node.askedAtMs + 2 * roundTripMs <= calledAtMs));
    if (!isCalm) node.askedAtMs = undefined;
    else if (wellSince + 4_600 <= calledAtMs) node.askedAtMs ??= calledAtMs;
    if (isInformed && node.keys.length === 2) {
      const used = this.#gateway.usedBetween(calledAtMs - 1_000 - roundTripMs, nowMs);
      const isKnown = [...used].every((each) => each !== null && node.keys.includes(each));
      if (isKnown && !used.has(key))
        wrong(34, `a token is signed with ${key}, and the gateway uses ${[...used].join()}`);
    }
    this.#checkOutage(node, calledAtMs);
    const isLong = !isDraining && lifetime > drainTtlSeconds;
    return {
      token: result.token,
      key,
      node,
      expiresAtMs: exp * 1000 - epochMs,
      calledAtMs,
      mintedAtMs: nowMs,
      isInformed,
      isLong,
    };
  }

  /** The gateway's rules, without leeway, by the clock of the node. A second later, or at the end of the token. */
  async #verify(node: Node, token: string, key: KeyName, exp: number, iat: number): Promise<void> {
    const { process } = node;
    const ms = exp % 2 === 0 ? exp * 1000 - process.wallMs - (exp % 3) : 0;
    const check = async (): Promise<void> => {
      const { wallMs } = process;
      const { verifyStreamToken } = process.product.streams;
      const reason = await verifyStreamToken(token, { publicKey: keyOf(key).publicPem }).then(
        () => undefined,
        (error: unknown) => Reflect.get(Object(error), 'reason'),
      );
      const expected = exp * 1000 <= wallMs ? 'token_expired' : iat * 1000 > wallMs ? 'token_not_yet_valid' : undefined;
      if (reason !== expected)
        this.#world.violate(
          28,
          `${node.name}: a token that ends at ${exp} is ${reason ?? 'good'} at ${wallMs / 1000}.`,
        );
    };
    if (ms <= 0) await check();
    else this.#world.schedule.after(ms, () => process.deliver(() => void check()));
  }

  refused(node: Node, { ttlSeconds, refusal }: Asked, error: unknown): void {
    if (refusal !== undefined && Reflect.get(Object(error), 'name') === refusal) return;
    const isWrong = ttlSeconds > this.#lifetimes.maxTtlSeconds || ttlSeconds < 1;
    const reason = Reflect.get(Object(error), 'reason');
    if (isWrong && reason === 'lifetime_invalid') return;
    this.#world.violate(28, `${node.name}: a token of ${ttlSeconds} s was not minted: ${String(error)}.`);
  }

  /** docs/events.md: a signer reports `gateway_unavailable` once per outage, so also the second outage. */
  #checkOutage(node: Node, calledAtMs: number): void {
    const sinceMs = this.#gateway.failingSinceMs;
    const wellSince = this.#health.wellSinceMs([node.name, `${node.name} gateway`]);
    const isWhole = wellSince <= sinceMs && node.process.thawedAtMs <= sinceMs;
    // An answer of before may still be on its way, and holds for a second.
    if (!isWhole || calledAtMs < sinceMs + roundTripMs + 1_100) return;
    if (node.toldAtMs <= node.answeredAtMs || node.toldAtMs === Number.NEGATIVE_INFINITY)
      this.#world.violate(38, `${node.name}: no event tells that the gateway does not answer.`);
  }

  /** Each token has exactly one event. */
  #checkEvents(node: Node, key: KeyName, asked: number, lifetime: number): void {
    const at = node.issued.findIndex(
      ({ keyId, ttlSeconds, askedSeconds }) =>
        nameOfKeyId(keyId) === key && ttlSeconds === lifetime && askedSeconds === asked,
    );
    if (at < 0) this.#world.violate(28, `${node.name}: no event tells of a token of ${key}.`);
    node.issued.splice(at, 1);
  }

  /** An event of a signer. */
  told(node: Node, event: StreamEvent): void {
    const wrong = (text: string): void => this.#world.violate(28, `${node.name}: an event tells of ${text}.`);
    if (event.type === 'lifetime_short') node.shortTtl = event.ttlSeconds;
    if (event.type === 'issued') {
      node.issued.push(event);
      const { askedSeconds } = event;
      if (node.shortTtl !== (askedSeconds < 60 ? askedSeconds : undefined))
        wrong(`a short lifetime of ${node.shortTtl} s for a token of ${askedSeconds} s`);
      node.shortTtl = undefined;
    }
    if (event.type === 'impersonated') {
      node.impersonated += 1;
      if (event.userId !== subject || event.actorId !== impersonator) wrong('another impersonated user');
    }
    if (event.type === 'gateway_unavailable') {
      if (node.toldAtMs > node.answeredAtMs) wrong('one outage twice');
      node.toldAtMs = this.#world.nowMs;
    }
    if (event.type === 'key_used') {
      const key = nameOfKeyId(event.keyId);
      if (key === node.usedKey || key === null || !node.keys.includes(key)) wrong(`a change to ${key}`);
      if (key !== null && !isNamed(node, key)) wrong(`a change to ${key}, which the gateway no longer names`);
      node.usedKey = key ?? node.usedKey;
      this.#world.note(node.name, `signs with ${key}`);
    }
    if (event.type === 'key_not_served') {
      if (event.servedKeyId === event.keyId) wrong('a key that is served');
      const served = nameOfKeyId(event.servedKeyId);
      if (served !== null && node.keys.includes(served)) wrong('a key that it could use');
    }
  }

  /** A client connects. The gateway opens the socket, or there is a reason that the documentation names. */
  connects(minted: Minted): boolean {
    const { nowMs } = this.#world;
    const { token, key, node, expiresAtMs, mintedAtMs, calledAtMs } = minted;
    if (this.#health.wellSinceMs(['gateway']) > nowMs) return false;
    const isAdmitted = this.#gateway.admits(token);
    if (isAdmitted || nowMs >= expiresAtMs) return isAdmitted;
    const { used, lastChange } = this.#gateway;
    const wrong = (text: string): void =>
      this.#world.violate(28, `${node.name}: a client with a token of ${key} is refused ${text}.`);
    if (used === key) {
      wrong('by the gateway, which uses that key');
      return false;
    }
    // Only a flip is followed with few refusals. A release without the new key cannot follow it at all.
    const wasNatural = this.#gateway.changes.every((change) => change.isFlip || change.atMs < node.deployedAtMs);
    const sinceMs = lastChange.atMs;
    const wasReplaced = node.retiredAtMs < sinceMs;
    if (node.isStray || !wasNatural || used === null || (!node.keys.includes(used) && !wasReplaced)) return false;
    if (calledAtMs > sinceMs + 1_000 + roundTripMs && minted.isInformed)
      wrong(`${calledAtMs - sinceMs} ms after the flip`);
    const { drainTtlSeconds, maxTtlSeconds } = this.#lifetimes;
    const longest = lastChange.isLeaked ? maxTtlSeconds : Math.min(drainTtlSeconds, maxTtlSeconds);
    const isLate = mintedAtMs > sinceMs + 1_000 + roundTripMs;
    const limitMs = (isLate ? mintedAtMs : sinceMs) + (longest + 1) * 1_000 + this.clockSlackMs;
    if (nowMs > limitMs) wrong(`${((nowMs - sinceMs) / 1000).toFixed(3)} s after the flip`);
    return false;
  }
}

/** Whether the gateway has named this key, and not for long another key of the signer since. An answer may come late. */
function isNamed({ keys, namedAtMs }: Node, key: KeyName): boolean {
  const atMs = namedAtMs.get(key);
  return atMs !== undefined && keys.every((other) => other === key || (namedAtMs.get(other) ?? 0) <= atMs + 5_000);
}

function decoded(part: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
