import { Fleet } from '../../world/fleet.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { App } from './app.ts';
import { instantOf } from './attempts.ts';
import { Book } from './book.ts';
import { type Browser, cookieHeader, ownTokenOf, storeCookies } from './browsers.ts';
import { Issuer } from './issuer.ts';
import { Judge } from './judge.ts';
import { endOf, type RenewalPlan, type Step, type Visit } from './plan.ts';
import { dueOf, type Request } from './requests.ts';
import { TemplateRules, templateLimitMs } from './template-rules.ts';
import { issuerOrigin } from './tokens.ts';

/** Of all collections of a process: the results that are kept, and those of requests that end together. */
const mostEntries = 1_100;

/** The issuer, the processes, and the browsers, in one episode. */
export class Scene {
  readonly #world: World;
  readonly #plan: RenewalPlan;
  readonly #issuer: Issuer;
  readonly #book: Book;
  readonly #judge: Judge;
  readonly #templates: TemplateRules;
  readonly #fleet: Fleet<App>;
  readonly #browsers: Browser[];
  readonly #apps: App[] = [];
  /** The processes whose clocks or requests were disturbed, and when the effects end. */
  readonly #unquietUntilMs: Map<VirtualProcess, number> = new Map();
  #visits = 0;

  constructor(world: World, plan: RenewalPlan) {
    this.#world = world;
    this.#plan = plan;
    world.network.dropsAnswersOfEnded = true;
    this.#issuer = new Issuer(world, plan);
    this.#book = new Book(world, this.#issuer, {
      hasRevocations: plan.hasRevocations,
      templateLimitMs,
      onRenewal: (attempt) => this.#judge.checkReason(attempt),
      onTemplate: (attempt, record) => this.#templates.onFetch(attempt, record),
    });
    this.#judge = new Judge(world, this.#issuer, this.#book, plan);
    this.#templates = new TemplateRules(world, this.#book);
    this.#fleet = new Fleet(world, [issuerOrigin], (process) => {
      const app = new App(world, this.#issuer, plan, process);
      this.#apps.push(app);
      return app;
    });
    this.#browsers = Array.from({ length: plan.browsers }, (_, number) => this.#newBrowser(number));
  }

  async play(): Promise<void> {
    const { processes, steps } = this.#plan;
    for (const process of processes) this.#fleet.start(process);
    this.#fleet.disturb(
      steps.flatMap(({ atMs, step }) => (step.kind === 'disturb' ? [{ ...step.disturbance, atMs }] : [])),
    );
    for (const { atMs, step } of steps) this.#world.schedule.at(atMs, () => this.#take(step));
    await this.#world.runUntil(endOf(this.#plan));
    if (this.#world.violation !== undefined) return;
    this.#judge.finish();
    this.#templates.finish();
    for (const { process } of this.#apps) this.#checkMemory(process);
  }

  #newBrowser(number: number): Browser {
    const organization = number % 2 === 0 ? null : 'org_1';
    const session = this.#issuer.newSession({ user: `user_${number % 3}`, organization, actor: null });
    return { number, session, value: session.value, token: undefined };
  }

  #take(step: Step): void {
    const { schedule } = this.#world;
    switch (step.kind) {
      case 'visit':
        for (const afterMs of [0, ...step.copiesAfterMs]) {
          schedule.after(afterMs, () => this.#visit(step.visit, this.#browserOf(step.visit.browser)));
        }
        break;
      case 'mood':
        for (const afterMs of [0, ...step.againAfterMs]) {
          schedule.after(afterMs, () => {
            this.#issuer.behave(step.endpoint, step.mood, step.forMs);
            if (step.endpoint === 'keys') this.#book.onKeysTrouble();
          });
        }
        break;
      case 'session':
        this.#changeSession(this.#browserOf(step.browser), step.act);
        break;
      case 'revoke':
        this.#revoke(this.#browserOf(step.browser).session.user);
        break;
      case 'keys':
        this.#issuer.rotate();
        this.#book.onKeysTrouble();
        break;
      case 'cut':
        this.#cut(this.#fleet.member(step.process).process);
        break;
      case 'flood':
        this.#flood(step);
        break;
      case 'template':
        for (const afterMs of [0, ...step.copiesAfterMs]) schedule.after(afterMs, () => this.#askForTemplate(step));
        break;
      case 'disturb':
        if (step.disturbance.kind === 'link') {
          this.#issuer.keysTroubledUntilMs = Math.max(
            this.#issuer.keysTroubledUntilMs,
            this.#world.nowMs + step.disturbance.forMs + 400_000,
          );
          this.#book.onKeysTrouble();
        }
        if (step.disturbance.kind === 'clock') {
          this.#unquietUntilMs.set(this.#fleet.member(step.disturbance.process).process, this.#world.nowMs + 1_000);
        }
        break;
    }
  }

  #browserOf(number: number): Browser {
    return this.#browsers[number % this.#browsers.length] as Browser;
  }

  #revoke(user: string): void {
    if (!this.#plan.hasRevocations) return;
    this.#issuer.revoke(user);
    this.#book.onRevocation(user);
  }

  #cut(process: VirtualProcess): void {
    const { nowMs } = this.#world;
    process.endRequests();
    this.#unquietUntilMs.set(process, nowMs + 1_000);
    if (!this.#book.isFetchingKeys(process)) return;
    // The fetch of the keys has ended with its request: the next ones wait for its time limit.
    this.#issuer.keysTroubledUntilMs = Math.max(this.#issuer.keysTroubledUntilMs, nowMs + 11_000);
    this.#book.onKeysTrouble();
  }

  #changeSession(browser: Browser, act: 'ends' | 'switches' | 'signs in'): void {
    const { session } = browser;
    this.#world.note(`browser ${browser.number}`, act);
    if (act === 'switches') {
      session.organization = session.organization === 'org_2' ? null : 'org_2';
      browser.token = undefined;
      return;
    }
    session.isEnded = true;
    browser.token = undefined;
    if (act === 'ends') return;
    const { user, organization, actor } = session;
    browser.session = this.#issuer.newSession({ user, organization, actor });
    browser.value = browser.session.value;
  }

  #flood({ process, count, everyMs, isMadeUp }: Extract<Step, { readonly kind: 'flood' }>): void {
    if (count > 1_000) this.#book.isCrowded = true;
    const visit: Visit = {
      ...{ process, browser: 0, kind: 'navigation', own: 'none', handler: 'none', slowMs: 0, isGuarded: true },
    };
    const organization = null;
    for (let n = 0; n < count; n++) {
      this.#world.schedule.after(n * everyMs, () => {
        const made = { number: -1, value: `made-up-${this.#visits}`, token: undefined };
        if (isMadeUp) this.#visit(visit, { ...made, session: this.#browserOf(0).session });
        else {
          const session = this.#issuer.newSession({ user: `user_${n % 3}`, organization, actor: null });
          this.#visit(visit, { ...made, session, value: session.value });
        }
      });
    }
  }

  #visit(visit: Visit, browser: Browser): void {
    const { process, state: app } = this.#fleet.member(visit.process);
    const number = ++this.#visits;
    const { value } = browser;
    const own = ownTokenOf(this.#issuer, browser, visit.own, this.#world.nowMs);
    process.deliver(() => {
      const request = this.#requestOf(
        `request ${number}, ${visit.kind}, token ${visit.own}`,
        visit,
        process,
        value,
        own,
      );
      this.#world.note(
        process.name,
        `gets ${request.name}${value === undefined ? '' : ` of session ${value}`}, renewal ${request.due}`,
      );
      this.#judge.begin(request);
      void this.#answer(app, request, browser);
    });
  }

  async #answer(app: App, request: Request, browser: Browser): Promise<void> {
    const { visit, value, own, process, name } = request;
    const answered = await app.answer(visit, cookieHeader(value, own, visit.kind));
    const { response, passes } = answered;
    this.#world.note(process.name, `answers ${name.split(',')[0]}: ${passes ? 'passes' : response.status}`);
    this.#judge.end(request, answered);
    const lines = response.headers.getSetCookie();
    this.#world.schedule.after(5, () => {
      if (process.cuts === request.cuts && browser.value === value) storeCookies(browser, lines, this.#world.nowMs);
    });
  }

  #requestOf(
    name: string,
    visit: Visit,
    process: VirtualProcess,
    value: string | undefined,
    own: Request['own'],
  ): Request {
    const nowMs = this.#world.nowMs;
    const keysTroubled = this.#issuer.keysTroubledUntilMs >= nowMs;
    const isRevoked =
      this.#plan.hasRevocations && typeof own === 'object' && own !== null && this.#issuer.isRevoked(own);
    return {
      ...{ name, process, visit, value, own, keysTroubled },
      session: value === undefined ? undefined : this.#issuer.ownerOf(value),
      due: dueOf(own, process.wallMs, isRevoked, keysTroubled),
      begunAtMs: nowMs,
      begun: instantOf(process),
      cuts: process.cuts,
      clockChanges: process.clockChanges,
      slowMs: visit.handler === 'is slow' ? visit.slowMs : 0,
      mayBegin: this.#judge.mayBegin({ process }),
      isQuiet:
        (this.#unquietUntilMs.get(process) ?? 0) < nowMs &&
        nowMs - process.thawedAtMs >= (process.freezes.length > 0 ? 20 : 0),
    };
  }

  #askForTemplate({ process: number, browser: of, template }: Extract<Step, { readonly kind: 'template' }>): void {
    const { process, state: app } = this.#fleet.member(number);
    const browser = this.#browserOf(of);
    const kept = browser.token === undefined ? undefined : this.#issuer.tokens.find(browser.token.text);
    const own = kept ?? this.#issuer.mint(browser.session);
    browser.token ??= { text: own.text, untilMs: this.#world.nowMs + this.#plan.lifetimeS * 1000 };
    process.deliver(() => void this.#templates.ask(app, own, `template_${template}`));
  }

  /** Statement 36. */
  #checkMemory(process: VirtualProcess): void {
    if (process.largestCollection > mostEntries)
      this.#world.violate(36, `${process.name} has kept ${process.largestCollection} entries in a collection`);
    if (!process.isDead && !process.isFrozen && process.timers > 0)
      this.#world.violate(36, `${process.name} has left ${process.timers} timers behind`);
  }
}
