import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { type Reading, readingOf } from '../keys/fetch-book.ts';
import { driftMs } from '../keys/key-view.ts';
import { poolMs } from '../keys/reliance.ts';
import { type Client, listedTenant, type Outcome } from './clients.ts';
import type { Call, IssuerView, WaitingAsk } from './issuer-view.ts';
import { maxNew, type ProcessView } from './process-view.ts';
import type { TenantServer } from './tenant-server.ts';
import type { Token } from './tenant-tokens.ts';
import { problemOf } from './verdicts.ts';

/** Who must decide about a token, by what was sent. */
export type Decider = 'nobody' | 'listed' | 'approve';

/** One request to verify a token, with what the process knew when it began. */
export interface Ask extends WaitingAsk {
  readonly client: Client;
  readonly token: Token;
  readonly process: VirtualProcess;
  readonly decider: Decider;
  /** The reasons for a refusal before `approve` or a key is asked. */
  readonly flaws: readonly string[];
  readonly view: ProcessView;
  readonly issuer: IssuerView;
  readonly server: TenantServer | undefined;
  readonly begun: Reading;
  /** When the first of the requests came that wait for the same call. */
  readonly waitsSinceMs: number;
  readonly clockChanges: number;
  readonly newest: Call | undefined;
  readonly approvalAgeMs: number;
  readonly wasRefused: boolean;
  readonly wasUnsure: boolean;
  readonly wasInRetryDelay: boolean;
  readonly hadPermit: boolean;
  /** Unknown issuers that requests waited for. */
  readonly waitingIssuers: number;
  readonly waiting: number;
}

const keysTimeoutMs = 5_000;
/** Keys that have been published for so long are known. */
const keySetMs = 5 * 60_000;

/** Says of each answer whether docs/issuer-per-tenant.md and docs/statements.md allow it. */
export class Judge {
  readonly #world: World;
  readonly #servers: ReadonlyMap<string, TenantServer>;
  /** Whether links or servers may have had trouble since a time, so that keys may be missing. */
  readonly #hadTrouble: (ask: Ask, sinceMs: number) => boolean;

  constructor(
    world: World,
    servers: ReadonlyMap<string, TenantServer>,
    hadTrouble: (ask: Ask, sinceMs: number) => boolean,
  ) {
    this.#world = world;
    this.#servers = servers;
    this.#hadTrouble = hadTrouble;
  }

  begin(client: Client, token: Token, inOtherHeader: boolean): Ask {
    const { view, plan } = client;
    const { process } = view;
    const decider = deciderOf(client, token, inOtherHeader);
    const flaws = decider === 'nobody' ? [...token.flaws, 'issuer_refused'] : [...token.flaws];
    if (decider === 'approve' && plan.environment !== null && token.environmentId !== environmentOf(plan.environment))
      flaws.push('environment_refused');
    if (decider === 'listed' && token.environmentId !== 'env_live') flaws.push('environment_refused');
    const issuer = view.issuer(token.issuer);
    const ask: Ask = {
      client,
      token,
      process,
      decider,
      flaws,
      view,
      issuer,
      server: this.#servers.get(token.issuer),
      begun: readingOf(this.#world, process),
      waitsSinceMs: issuer.pendingSinceMs ?? this.#world.nowMs,
      clockChanges: process.clockChanges,
      newest: issuer.newest,
      approvalAgeMs: issuer.approvalAgeMs,
      wasRefused: issuer.isRefused,
      wasUnsure: issuer.isUnsure,
      wasInRetryDelay: issuer.mayBeInRetryDelay,
      hadPermit: view.hasPermit,
      waitingIssuers: view.waitingIssuers,
      waiting: view.waiting,
    };
    view.waiting += 1;
    if (token.kid.endsWith('-2')) issuer.unknownKeyAskAtMs = this.#world.nowMs;
    if (!needsApproval(ask)) return ask;
    this.#expectCall(ask);
    view.onAsk(issuer, ask);
    if (view.waitingIssuers > maxNew) this.#world.schedule.after(1, () => this.#checkQueue(ask));
    return ask;
  }

  /** A new issuer is looked up at once, and an approval that has reached half of its time is renewed in the background. */
  #expectCall(ask: Ask): void {
    const { issuer, view, begun, process, approvalAgeMs } = ask;
    if (issuer.isUnsure || issuer.runningCall !== undefined || issuer.mayBeInRetryDelay || ask.waiting >= 9_990) return;
    const isDue = issuer.isApproved && approvalAgeMs >= view.rememberMs / 2;
    const isNew = issuer.isNew && issuer.pending.size === 0 && ask.hadPermit && mayCall(view);
    if (!isDue && !isNew) return;
    this.#world.schedule.after(1, () => {
      if (process.isDead || process.frozenAtMs >= begun.atMs || process.clockChanges !== ask.clockChanges) return;
      if (issuer.calls.some((call) => call.begun.atMs >= begun.atMs)) return;
      const what = isDue ? `is not renewed after ${Math.round(approvalAgeMs)} ms` : 'is not looked up';
      this.#violate(isDue ? 12 : 34, ask, what);
    });
  }

  /** Statement 36: so many unknown issuers may be asked about or wait. A few more wait for their keys. */
  #checkQueue({ view, process }: Ask): void {
    if (view.waitingIssuers <= maxNew + 10 || process.clockChanges > 0) return;
    this.#world.violate(36, `${process.name}: requests of ${view.waitingIssuers} unknown issuers wait`);
  }

  end(ask: Ask, outcome: Outcome): void {
    ask.view.waiting -= 1;
    ask.view.onAnswer(ask.issuer, ask);
    const { client } = ask;
    if (outcome.kind === 'accepted' || (outcome.kind === 'refused' && outcome.status === 403)) {
      if (client.report !== undefined && ask.decider === 'approve')
        client.reports.onAdmitted(client.report, client.plan.isSilent);
    }
    const wasCalled = ask.issuer.calls.some((call) => call.begun.atMs >= ask.begun.atMs);
    if (outcome.kind === 'refused' && outcome.status === 503 && !wasCalled) ask.issuer.failedInQueue = ask.begun;
    this.#checkWait(ask);
    const trouble = (sinceMs: number): boolean => this.#hadTrouble(ask, sinceMs);
    const problem = problemOf(ask, outcome, this.#world.nowMs, trouble);
    if (problem !== undefined) this.#violate(problem[0], ask, problem[1]);
  }

  #checkWait(ask: Ask): void {
    const { process, view, begun, issuer } = ask;
    const waitedMs = this.#world.nowMs - begun.atMs;
    if (waitedMs <= poolMs || process.clockChanges !== ask.clockChanges) return;
    const mostMs = 2 * (view.timeoutMs + keysTimeoutMs) + 1_000;
    if (waitedMs > mostMs + driftMs(mostMs)) this.#violate(12, ask, `waited ${waitedMs} ms`);
    const isFresh = !ask.wasUnsure && ask.newest?.answer?.kind === 'approved' && ask.approvalAgeMs < view.rememberMs;
    const { signedBy = '' } = ask.token;
    // An unknown key is searched for, and held for a while.
    const isKeyKnown = ask.server?.publishesSince(signedBy, begun.atMs - keySetMs) ?? false;
    if (!needsApproval(ask) || !isFresh || !isKeyKnown) return;
    const fetched = issuer.fetches.some(({ endedAtMs }) => endedAtMs >= begun.atMs);
    const isAnother = ask.issuer.states.some(({ atMs }) => atMs >= begun.atMs);
    if (!fetched && !isAnother) this.#violate(12, ask, `waited ${waitedMs} ms although its tenant is known`);
  }

  #violate(statement: number, { process, token }: Ask, text: string): void {
    this.#world.violate(statement, `${process.name}, "${token.name}": ${text}`);
  }
}

export function needsApproval({ decider, flaws }: Pick<Ask, 'decider' | 'flaws'>): boolean {
  return decider === 'approve' && flaws.length === 0;
}

/** Whether a place for a call of an unknown issuer is certainly free. */
function mayCall(view: ProcessView): boolean {
  return view.runningCalls + view.waitingIssuers < 100;
}

const environmentOf = (environment: 0 | 1): string => (environment === 0 ? 'env_live' : 'env_test');

function deciderOf({ isList, plan }: Client, token: Token, inOtherHeader: boolean): Decider {
  if (!isList) return 'approve';
  const isListed = token.tenant === listedTenant;
  if (plan.form === 'list') return isListed ? 'listed' : 'approve';
  if (isListed !== inOtherHeader) return 'nobody';
  return isListed ? 'listed' : 'approve';
}
