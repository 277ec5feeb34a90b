import type { Answer, Request } from '../../world/network.ts';
import type { StreamStore } from '../../world/stream-store.ts';
import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { secretKey } from '../api/secret-key.ts';
import { maxAnswerMs, maxOffsetMs } from './announcer.ts';
import { recoveryMs } from './bounds.ts';
import type { Node } from './node.ts';
import { canBeConfirmed, isTimeless, type RevocationsPlan, type Step } from './plan.ts';
import type { StoreFacts } from './store-facts.ts';
import { subjectName } from './subjects.ts';
import { environmentId, userId } from './tokens.ts';

const apiOrigin = 'https://api.test';

type BanStep = Extract<Step, { readonly kind: 'ban' }>;

interface Ban {
  readonly step: BanStep;
  readonly node: Node;
  readonly begunAtMs: number;
  /** Whether the first announcement cannot fail. */
  readonly wasCalm: boolean;
  /** When the API carried the ban out. */
  doneAtMs: number | undefined;
}

const toleranceMs = 30_000;

/** Statement 44: bans through the API client, which announces them before and after the request. */
export class Bans {
  /** Called when the API has carried out a call after which the process is to be killed. */
  onCrash: (step: BanStep) => void = () => {};
  readonly #world: World;
  readonly #plan: RevocationsPlan;
  readonly #facts: StoreFacts;
  readonly #store: StreamStore;
  /** The calls under way, by the process and the user. */
  readonly #underWay: Map<string, Ban> = new Map();

  constructor(world: World, plan: RevocationsPlan, facts: StoreFacts, store: StreamStore) {
    [this.#world, this.#plan, this.#facts, this.#store] = [world, plan, facts, store];
    world.network.addServer(apiOrigin, (request) => this.#answer(request));
  }

  /** Runs in the process of the node. */
  begin(node: Node, step: BanStep): void {
    const { process } = node;
    const user = userId(step.who);
    const name = `${process.name} ${user}`;
    if (this.#underWay.has(name)) return;
    const client = process.product.api.createToriiClient({
      secretKey,
      apiUrl: apiOrigin,
      maxRetries: 0,
      revocations: node.revocations,
    });
    this.#world.note(process.name, `${step.operation} of ${user}`);
    const wasCalm = canBeConfirmed(this.#plan) && node.calm.ms >= recoveryMs(node);
    const ban: Ban = { step, node, begunAtMs: this.#world.nowMs, wasCalm, doneAtMs: undefined };
    this.#underWay.set(name, ban);
    node.announcing += 1;
    const { highestMs } = this.#store;
    const latestMs = Math.max(process.wallMs, highestMs);
    if (step.operation !== 'unban') this.#allow(user, latestMs + maxAnswerMs + toleranceMs + 2_000);
    client.users[step.operation](user).then(
      () => this.#end(name, ban, undefined),
      (error: unknown) => this.#end(name, ban, error),
    );
  }

  #answer({ method, url, from }: Request): Answer {
    const [, , , , , user = ''] = new URL(url).pathname.split('/');
    const ban = this.#underWay.get(`${from.name} ${user}`);
    if (ban === undefined) throw new Error(`The API got an unexpected request ${method} ${url}.`);
    const { api, apiMs, operation } = ban.step;
    const nowMs = epochMs + this.#world.nowMs;
    const date = new Date(nowMs).toUTCString();
    if (api === 'fails')
      return { status: 400, headers: { date }, body: '{"properties":{"code":"bad_request"}}', afterMs: apiMs };
    ban.doneAtMs = this.#world.nowMs;
    if (operation !== 'unban') this.#judgeFirst(ban, user, nowMs);
    this.#world.note('api', `has carried out ${operation} of ${user}`);
    this.onCrash(ban.step);
    if (api === 'answer is lost') return 'reset';
    if (operation === 'delete') return { status: 204, headers: { date }, body: '', afterMs: apiMs };
    const updatedAt = new Date(nowMs).toISOString();
    const body = {
      id: user,
      environmentId,
      status: operation === 'ban' ? 'banned' : 'active',
      createdAt: updatedAt,
      updatedAt,
    };
    return { status: 200, headers: { date }, body: JSON.stringify(body), afterMs: apiMs };
  }

  /** A process that is killed from now on has announced already. */
  #judgeFirst({ node, begunAtMs, wasCalm }: Ban, user: string, nowMs: number): void {
    const seconds = Math.floor(nowMs / 1000);
    this.#allow(user, nowMs);
    const { wallMs } = node.process;
    const storeMs = isTimeless(this.#plan) ? wallMs : this.#store.wallMs;
    const isStoreLate = storeMs < nowMs - toleranceMs + 5_000;
    // Then a revocation needs a moment, which is not known before the answer.
    const isDoubtful = Math.abs(storeMs - wallMs) > maxOffsetMs - 10_000;
    const isCalm = wasCalm && node.calm.ms > this.#world.nowMs - begunAtMs;
    if (!isCalm || isStoreLate || isDoubtful || this.#world.nowMs - begunAtMs > 4_000) return;
    if (this.#facts.wasAdded(subjectName({ kind: 'user', id: user }), seconds, begunAtMs)) return;
    this.#violate(node, user, 'is carried out by the API, and nothing was announced before');
  }

  #end(name: string, { step, node, begunAtMs, wasCalm, doneAtMs }: Ban, error: unknown): void {
    this.#underWay.delete(name);
    node.announcing -= 1;
    if (node.process.isDead) return;
    const user = userId(step.who);
    const { name: errorName, message, announce, answer } = Object(error) as Readonly<Record<string, unknown>>;
    this.#world.note(
      node.process.name,
      `${step.operation} of ${user}: ${error === undefined ? 'done' : String(errorName)}`,
    );
    if (String(message).includes(secretKey)) this.#violate(node, user, 'has the secret key in its error');
    if (step.operation === 'unban') return;
    if (error === undefined) {
      if (doneAtMs === undefined) {
        this.#violate(node, user, 'is reported as done, and is not');
        return;
      }
      const before = Math.floor((epochMs + doneAtMs) / 1000);
      if (this.#facts.wasAdded(subjectName({ kind: 'user', id: user }), before, begunAtMs)) return;
      if (node.compactedBefore >= before) return;
      this.#violate(node, user, 'is reported as announced, and the store has not accepted it');
      return;
    }
    if (doneAtMs === undefined || step.api !== 'answers') return;
    // The API has answered: what is missing is the announcement.
    const hasAnswer = step.operation === 'delete' || Reflect.get(Object(answer), 'id') === user;
    const isCalm = wasCalm && node.calm.ms > this.#world.nowMs - begunAtMs;
    const isLate = errorName === 'ToriiConnectionError' && !isCalm;
    if (!isLate && (typeof announce !== 'function' || !hasAnswer))
      this.#violate(node, user, `fails with ${String(errorName)}: ${String(message)}`);
    if (isCalm) this.#violate(node, user, 'could not be announced, although nothing has disturbed the node');
  }

  #allow(user: string, ms: number): void {
    this.#facts.allow({ subject: subjectName({ kind: 'user', id: user }), before: Math.floor(ms / 1000) });
  }

  #violate({ process }: Node, user: string, text: string): void {
    this.#world.violate(44, `${process.name}: the ban of ${user} ${text}`);
  }
}
