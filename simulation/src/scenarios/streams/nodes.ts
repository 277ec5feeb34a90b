import type { StreamEvent, StreamSigner } from '@torii/streams';
import { endListener, type ListenerEnd } from '../../world/listener.ts';
import type { ProcessOptions, VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { Call } from './call.ts';
import type { CallRules } from './call-rules.ts';
import { type Connections, gatewayOrigin } from './connections.ts';
import { type KeyName, keyOf } from './keys.ts';
import type { Lifetimes } from './lifetimes.ts';
import type { Client } from './plan.ts';
import { requestToken } from './token-requests.ts';
import type { Minted, TokenRules } from './token-rules.ts';

type IssuedEvent = Extract<StreamEvent, { readonly type: 'issued' }>;

const ends: readonly ListenerEnd[] = ['returns', 'throws', 'rejects'];

/** One release of the app on one node. */
export interface Node {
  readonly name: string;
  readonly number: number;
  readonly process: VirtualProcess;
  /** The old key, and the new one. */
  readonly keys: readonly KeyName[];
  readonly signer: StreamSigner;
  /** Events of tokens that are not matched with a token yet. */
  readonly issued: IssuedEvent[];
  usedKey: KeyName;
  /** When an outage was last told of, and when the gateway has last said which key it uses. */
  toldAtMs: number;
  answeredAtMs: number;
  /** When an answer of the gateway to this process has last named each key. */
  readonly namedAtMs: Map<KeyName, number>;
  readonly deployedAtMs: number;
  /** When another release has replaced it. */
  retiredAtMs: number;
  /** When a token was last requested since the gateway has been well. */
  askedAtMs: number | undefined;
  /** A release that should not be there: it mints long tokens with the old key. */
  readonly isStray: boolean;
  /** Whether it mints tokens for impersonated users, and tells of them; and how many events of such tokens are not matched yet. */
  readonly audits: boolean;
  impersonated: number;
  /** The lifetime of which an event has just said that it is short. */
  shortTtl: number | undefined;
  /** A gateway that hangs delays one round of tokens. Those of the next minute do not wait. */
  hastySinceMs: number;
  hastyUntilMs: number;
  hastyAnswers: number;
  /** Answers of the gateway so far. */
  answers: number;
}

/** The processes that mint tokens, and their clients. */
export class Nodes {
  readonly #world: World;
  readonly #connections: Connections;
  readonly #calls: CallRules;
  readonly #tokens: TokenRules;
  readonly #lifetimes: Lifetimes;
  readonly #clocks: readonly ProcessOptions[];
  readonly #processes: VirtualProcess[];
  readonly #nodes: (Node | undefined)[] = [];
  #publications = 10_000;

  constructor(
    world: World,
    connections: Connections,
    calls: CallRules,
    tokens: TokenRules,
    lifetimes: Lifetimes,
    clocks: readonly ProcessOptions[],
  ) {
    this.#world = world;
    this.#connections = connections;
    this.#calls = calls;
    this.#tokens = tokens;
    this.#lifetimes = lifetimes;
    this.#clocks = clocks;
    this.#processes = clocks.map((clock, number) => world.startProcess(`n${number}`, clock));
  }

  get size(): number {
    return this.#processes.length;
  }

  process(number: number): VirtualProcess {
    const process = this.#processes[number % this.size];
    if (process === undefined) throw new Error('There is no node.');
    return process;
  }

  deployAll(keys: readonly KeyName[]): void {
    this.#world.note('nodes', `are deployed with ${keys.join(' and ')}`);
    for (let number = 0; number < this.size; number++) this.deploy(number, keys);
  }

  /** Starts a release. It publishes its key, as every node may. */
  deploy(given: number, keys: readonly KeyName[], isStray = false): void {
    const number = given % this.size;
    const process = this.process(number);
    const [first = 'a', next] = keys;
    const { createStreamSigner, publishPublicKey } = process.product.streams;
    const audits = number % 2 === 1;
    const signer = createStreamSigner({
      privateKey: keyOf(first).privatePem,
      nextPrivateKey: next === undefined ? undefined : keyOf(next).privatePem,
      gatewayUrl: gatewayOrigin,
      ...this.#lifetimes,
      impersonation: audits ? 'audit' : 'refuse',
      onEvent: (event) => {
        this.#tokens.told(node, event);
        return endListener(ends[number % ends.length] ?? 'returns');
      },
    });
    const old = this.#nodes[number];
    const { nowMs } = this.#world;
    if (old !== undefined) old.retiredAtMs = nowMs;
    const node: Node = {
      name: process.name,
      number,
      process,
      keys,
      signer,
      issued: [],
      usedKey: first,
      toldAtMs: Number.NEGATIVE_INFINITY,
      answeredAtMs: Number.NEGATIVE_INFINITY,
      // A question of the old release may end after its end.
      namedAtMs: old?.process === process ? old.namedAtMs : new Map(),
      deployedAtMs: nowMs,
      retiredAtMs: Number.POSITIVE_INFINITY,
      askedAtMs: undefined,
      isStray,
      audits,
      impersonated: 0,
      shortTtl: undefined,
      hastySinceMs: 0,
      hastyUntilMs: 0,
      hastyAnswers: 0,
      answers: 0,
    };
    this.#nodes[number] = node;
    process.deliver(() => {
      this.#publications += 1;
      const call = new Call(
        this.#publications,
        { kind: 'publish', from: null, to: first, isLeaked: false },
        process,
        this.#world,
      );
      this.#calls.begin(call);
      const onEvent = (event: StreamEvent): void => this.#calls.event(call, event);
      const gateway = number % 2 === 0 ? { gatewayUrl: gatewayOrigin, fetch: this.#connections.fetchFor(call) } : {};
      publishPublicKey(this.#connections.storeFor(call), signer.publicKey, { ...gateway, onEvent }).then(
        (result) => this.#calls.resolved(call, result),
        (error: unknown) => this.#calls.rejected(call, error),
      );
    });
  }

  /** A request of this process has reached the gateway. */
  reached(process: VirtualProcess): void {
    for (const node of this.#nodes) if (node?.process === process) node.answers += 1;
  }

  /** This process was told which key the gateway uses. `undefined`: none. */
  answered(process: VirtualProcess, key: KeyName | undefined): void {
    for (const node of this.#nodes) {
      if (node?.process !== process) continue;
      node.answeredAtMs = this.#world.nowMs;
      if (key !== undefined) node.namedAtMs.set(key, this.#world.nowMs);
    }
  }

  crash(number: number, forMs: number): void {
    const process = this.process(number);
    const node = this.#nodes[number % this.size];
    process.crash();
    this.#world.schedule.after(forMs, () => {
      const at = number % this.size;
      this.#processes[at] = this.#world.startProcess(`n${at}`, this.#clocks[at]);
      if (node !== undefined) this.deploy(at, node.keys, node.isStray);
    });
  }

  /** Schedules all connections of a client. */
  connect(client: Client, fromMs: number): void {
    const state: { minted: Minted | undefined } = { minted: undefined };
    for (let time = 0; time < client.times; time++) {
      this.#world.schedule.at(fromMs + time * client.everyMs, () => this.#connectOnce(client, state));
    }
  }

  #connectOnce(client: Client, state: { minted: Minted | undefined }): void {
    const { minted } = state;
    if (client.keeps && minted !== undefined && minted.expiresAtMs > this.#world.nowMs) {
      this.#tokens.connects(minted);
      return;
    }
    for (let one = 0; one < client.crowd; one++) {
      this.#mint(client, (fresh) => {
        state.minted = fresh;
        this.#tokens.connects(fresh);
      });
    }
  }

  #mint(client: Client, use: (minted: Minted) => void): void {
    this.process(client.node).deliver(() => {
      const node = this.#nodes[client.node % this.size];
      if (node === undefined || node.process.isDead) return;
      const ttlSeconds = this.#ttlOf(client);
      const { token, refusal, isImpersonated } = requestToken(node, client.asks, ttlSeconds);
      const asked = {
        ttlSeconds,
        refusal,
        isImpersonated,
        calledAtMs: this.#world.nowMs,
        wallAtCallMs: node.process.wallMs,
        answers: node.answers,
        clockChanges: node.process.clockChanges,
      };
      token.then(
        (result) => {
          const minted = this.#tokens.minted(node, asked, result);
          if (minted !== undefined) use(minted);
        },
        (error: unknown) => this.#tokens.refused(node, asked, error),
      );
    });
  }

  #ttlOf({ ttl }: Client): number {
    const { maxTtlSeconds, drainTtlSeconds } = this.#lifetimes;
    const values = {
      longest: maxTtlSeconds,
      drain: Math.min(drainTtlSeconds, maxTtlSeconds),
      'above drain': Math.min(drainTtlSeconds + 1, maxTtlSeconds),
      short: Math.min(10, maxTtlSeconds),
      one: 1,
      'too long': maxTtlSeconds + 1,
      zero: 0,
    };
    return values[ttl];
  }
}
