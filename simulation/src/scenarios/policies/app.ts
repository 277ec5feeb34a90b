import type { Authz, PermissionDocument } from '@torii/authz';
import type { Auth, Check, RequestParts, Verifier } from '@torii/core';
import { endListener } from '../../world/listener.ts';
import { StoreConnection } from '../../world/store-connection.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { Audit } from './audit.ts';
import { callers, issuer, keys, type Question, tokens, userOf } from './callers.ts';
import type { DocumentStore, Served } from './document-store.ts';
import { Judge, type Outcome, type Pending } from './judge.ts';
import { Ledger } from './ledger.ts';
import { limitMsOf, type PoliciesPlan } from './plan.ts';

interface DocumentClient {
  getRaw(key: string): Promise<unknown>;
}

/** What one process does with one document: an Authz behind a verifier, and what it must answer. */
class Guarded {
  readonly ledger: Ledger;
  readonly judge: Judge;
  readonly authz: Authz;
  readonly verifier: Verifier;
  readonly #process: VirtualProcess;
  readonly #store: DocumentStore;
  readonly #document: number;
  readonly #audit: Audit;
  /** Requests on their way to the check, by their numbers. */
  readonly #asking: Map<string, () => void> = new Map();
  #requests = 0;

  constructor(world: World, process: VirtualProcess, store: DocumentStore, plan: PoliciesPlan, document: number) {
    [this.#process, this.#store, this.#document] = [process, store, document];
    const { refreshMs, timeoutMs } = plan;
    this.ledger = new Ledger(world, process, 'AB'[document] ?? '', { refreshMs, limitMs: limitMsOf(plan) });
    this.judge = new Judge(world, this.ledger, plan.impersonation);
    this.#audit = new Audit(world, process, plan.impersonation);
    const read = (): unknown => this.#read();
    const { core, authz } = process.product;
    this.authz = authz.createAuthz({
      permissions:
        plan.source === 'store'
          ? { store: this.#storeFor(world, plan, read), key: this.#key }
          : (read as () => PermissionDocument),
      refreshSeconds: refreshMs / 1000,
      timeoutMs,
      impersonation: plan.impersonation,
      onEvent: (event) => {
        if (event.type === 'impersonated') this.#audit.hear(event);
        else this.ledger.hear(event);
        return endListener(plan.listener);
      },
    });
    const noteQuestion: Check = (_auth, request) => {
      this.#asking.get(request.headerValues('x-request')[0] ?? '')?.();
      return true;
    };
    this.verifier = core.createVerifier({ issuer, keys, checks: [noteQuestion, ...this.authz.checks] });
  }

  /** Requests that the verifier has not passed on yet: the first of each token waits for its signature. */
  get onTheWay(): number {
    return this.#asking.size;
  }

  /** Asks, and compares the answer with what it must be. */
  ask(question: Question, auth: Auth): void {
    let pending: Pending | undefined;
    const begin = (): void => {
      pending ??= this.judge.begin();
    };
    this.#audit.begin(question);
    if (question.way !== 'road') begin();
    void this.#outcomeOf(question, auth, begin).then((outcome) => {
      begin();
      this.#audit.end(question);
      if (pending !== undefined) this.judge.end(pending, question, outcome);
    });
  }

  #storeFor(world: World, { connection }: PoliciesPlan, read: () => unknown): DocumentClient {
    const getRaw = async (key: string): Promise<unknown> => {
      if (key !== this.#key) world.violate(26, `${this.#process.name} reads "${key}" instead of "${this.#key}"`);
      return read();
    };
    return new StoreConnection<DocumentClient>(world, this.#process, connection, { getRaw }).client;
  }

  get #key(): string {
    return `permissions ${this.#document}`;
  }

  refresh(): void {
    this.ledger.noteRefresh();
    const pending = this.judge.begin();
    this.authz.refresh().then(
      () => this.judge.endRefresh(pending, 'done'),
      (error: unknown) => {
        const isExpected = Reflect.get(Object(error), 'reason') === 'policy_unavailable';
        this.judge.endRefresh(pending, isExpected ? 'unavailable' : 'something else');
      },
    );
  }

  async #outcomeOf(question: Question, auth: Auth, begin: () => void): Promise<Outcome> {
    const { core, authz } = this.#process.product;
    const { way, target, method, caller } = question;
    const request: RequestParts = { method, url: target.url, headers: {} };
    try {
      if (way === 'road') return await this.#byVerifier(request, caller, begin);
      if (way === 'can') {
        const isAllowed = await this.authz.can(auth, `${target.resource || '/'}:${method}`);
        return isAllowed === true ? 'yes' : isAllowed === false ? 403 : 'something else';
      }
      const [check] = this.authz.checks;
      const checks = { allow: check, not: authz.not(check), any: authz.anyOf(() => false, check) };
      await core.authorize(auth, request, [checks[way]]);
      return 'yes';
    } catch (error) {
      return outcomeFrom(core.denialFor(error));
    }
  }

  async #byVerifier(request: RequestParts, caller: number, begin: () => void): Promise<Outcome> {
    this.#requests += 1;
    const number = String(this.#requests);
    const headers = { authorization: `Bearer ${tokens[caller]}`, 'x-request': number };
    this.#asking.set(number, begin);
    const { auth, denial } = await this.verifier.check({ ...request, headers });
    this.#asking.delete(number);
    if (denial !== undefined) return outcomeFrom(denial);
    return auth?.userId === userOf(caller) ? 'yes' : 'something else';
  }

  #read(): unknown {
    const read = this.ledger.begin();
    let served: Served | undefined;
    const { cuts } = this.#process;
    const arrive = <T>(value: T): T => {
      this.ledger.arrive(read, served);
      return value;
    };
    try {
      const value = this.#store.read(this.#process, this.#document, (given) => (served = given));
      if (!(value instanceof Promise)) return arrive(value);
      return new Promise((resolve, reject) => {
        value.then(
          (brought: unknown) => this.#process.cuts === cuts && resolve(arrive(brought)),
          (error: unknown) => {
            if (this.#process.cuts !== cuts) return;
            served = undefined;
            reject(arrive(error));
          },
        );
      });
    } catch (error) {
      throw arrive(error);
    }
  }
}

interface AnyDenial {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

function outcomeFrom(denial: AnyDenial | undefined): Outcome {
  const { status } = denial ?? {};
  if (status === 400 || status === 403) return status;
  const headers = Object.entries(denial?.headers ?? {});
  const waitSeconds = Number(headers.find(([name]) => name.toLowerCase() === 'retry-after')?.[1]);
  // The store is asked again a second after a read that failed began, so a caller need not wait for longer.
  return status === 503 && waitSeconds === 1 ? 503 : 'something else';
}

/** An app in one process, which guards its routes by one or two documents. */
export class App {
  readonly process: VirtualProcess;
  readonly guarded: readonly Guarded[];
  #auths: readonly Auth[] | undefined;

  constructor(world: World, process: VirtualProcess, store: DocumentStore, plan: PoliciesPlan) {
    this.process = process;
    this.guarded = plan.documents.map((_versions, document) => new Guarded(world, process, store, plan, document));
    const verifier = process.product.core.createVerifier({ issuer, keys });
    Promise.all(tokens.map((token) => verifier.verify(token))).then(
      (auths) => {
        this.#auths = auths;
      },
      (error: unknown) => world.violate(6, `${process.name} refuses a good token: ${error}`),
    );
  }

  guard(document: number): Guarded | undefined {
    return this.guarded[document % this.guarded.length];
  }

  ask(document: number, question: Question): void {
    const auth = this.#auths?.[question.caller % callers.length];
    if (auth !== undefined) this.guard(document)?.ask(question, auth);
  }

  refresh(document: number): void {
    if (this.#auths !== undefined) this.guard(document)?.refresh();
  }

  get isReady(): boolean {
    return this.#auths !== undefined;
  }

  /** A timer for each request that waits, two for each read (it may have been begun in the background), and one of the ledger. */
  get mostTimers(): number {
    const parts = this.guarded.map(
      ({ judge, ledger, onTheWay }) => judge.waitingCount + onTheWay + 3 * ledger.timedReads,
    );
    return parts.reduce((sum, part) => sum + part, 0);
  }

  forget(): void {
    for (const { judge } of this.guarded) judge.forget();
  }
}
