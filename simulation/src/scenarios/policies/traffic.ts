import type { Fleet } from '../../world/fleet.ts';
import type { Random } from '../../world/random.ts';
import type { World } from '../../world/world.ts';
import type { App } from './app.ts';
import { answerBy, callers, type Impersonation, methods, type Question, targets, ways } from './callers.ts';
import type { DocumentStore } from './document-store.ts';

interface Window {
  readonly atMs: number;
  readonly untilMs: number;
  /** Half of the requests come shortly after one of these times. */
  readonly times: readonly number[];
  readonly nearMs: number;
}

const longPath = 500;
/** Documented in docs/decisions/memory-bounds.md. */
const maxDecisions = 10_000;
const maxDecisionCharacters = 2_000_000;
/** The largest table of the regular expression engine has 2,946 entries. */
const maxFixedEntries = 3_000;

/** The requests that the processes get. */
export class Traffic {
  #shortRequests = 0;
  #leastLongLength = Number.POSITIVE_INFINITY;
  readonly #world: World;
  readonly #store: DocumentStore;
  readonly #fleet: Fleet<App>;
  readonly #impersonation: Impersonation;

  constructor(world: World, store: DocumentStore, fleet: Fleet<App>, impersonation: Impersonation) {
    [this.#world, this.#store, this.#fleet, this.#impersonation] = [world, store, fleet, impersonation];
  }

  /** The highest number of entries that a collection may have after the requests so far. */
  get mostEntries(): number {
    const longOnes = Math.ceil(maxDecisionCharacters / this.#leastLongLength);
    return Math.min(maxDecisions, Math.max(maxFixedEntries, longOnes + this.#shortRequests));
  }

  /** Spreads requests to each process over a window. */
  send(name: string, count: number, { atMs, untilMs, times, nearMs }: Window): void {
    for (let process = 0; process < this.#fleet.size; process++) {
      const random = this.#world.random.fork(`traffic ${name} ${process}`);
      for (let number = 0; number < count; number++) {
        const near = times.length === 0 ? atMs : (times[random.below(times.length)] ?? atMs);
        const anywhere = atMs + Math.floor(((number + random.fraction()) * (untilMs - atMs)) / count);
        const dueMs = number % 2 === 0 ? anywhere : near + random.below(random.pick([50, nearMs]));
        const document = random.below(4) === 0 ? 1 : 0;
        this.#world.schedule.at(dueMs, () => this.ask(`${name} ${number}`, process, document));
      }
    }
  }

  /** One request to one process. */
  ask(name: string, process: number, document: number): void {
    const { process: target, state } = this.#fleet.member(process);
    const random = this.#world.random.fork(`question ${name} ${process}`);
    const question = this.#questionFrom(random, document);
    this.#shortRequests += 1;
    target.deliver(() => {
      state.ask(document, question);
      this.#judgeTimers(state);
    });
  }

  /** Many requests at once. */
  crowd(name: string, step: { readonly process: number; readonly document: number; readonly size: number }): void {
    const { process, state } = this.#fleet.member(step.process);
    const random = this.#world.random.fork(`crowd ${name}`);
    const questions = Array.from({ length: Math.min(step.size, 40) }, () => this.#questionFrom(random, step.document));
    this.#shortRequests += questions.length;
    process.deliver(() => {
      for (let number = 0; number < step.size; number++) {
        state.ask(step.document, questions[number % questions.length] as Question);
      }
      this.#judgeTimers(state);
      this.#judgeCrowd(state);
    });
  }

  /** Requests for invented paths. */
  flood(
    name: string,
    step: { readonly process: number; readonly document: number; readonly paths: number; readonly length: number },
  ): void {
    const { process, state } = this.#fleet.member(step.process);
    if (step.length < longPath) this.#shortRequests += step.paths;
    else this.#leastLongLength = Math.min(this.#leastLongLength, step.length);
    const filler = 'x'.repeat(step.length);
    process.deliver(() => {
      for (let number = 0; number < step.paths; number++) {
        const resource = `a/${filler}${name.length}${number}`;
        const target = { url: `/${resource}`, resource };
        state.ask(step.document, { caller: number % 7, target, method: 'GET', way: 'allow' });
      }
      this.#judgeTimers(state);
      this.#judgeCrowd(state);
    });
  }

  // Mostly one whose answer differs between the versions of the document.
  #questionFrom(random: Random, document: number): Question {
    const draw = (): Question => ({
      caller: random.below(callers.length),
      target: targets[random.below(targets.length)] ?? { url: '/', resource: '' },
      method: methods[Math.min(random.below(methods.length), random.below(methods.length))] ?? 'GET',
      way: ways[random.below(ways.length)] ?? 'road',
    });
    let question = draw();
    for (let attempt = 0; attempt < 5 && !this.#tellsVersionsApart(question, document); attempt++) question = draw();
    const { way, target } = question;
    return way === 'can' && typeof target.resource !== 'string' ? { ...question, way: 'allow' } : question;
  }

  #tellsVersionsApart(question: Question, document: number): boolean {
    const answers = this.#store.versionsOf(document).map((version) => answerBy(version, question, this.#impersonation));
    return answers.some((answer) => answer !== answers[0]);
  }

  // Runs after the requests over the limit have been refused.
  #judgeCrowd(app: App): void {
    this.#world.schedule.after(0, () => {
      for (const { judge } of app.guarded) judge.judgeCrowd();
    });
  }

  #judgeTimers(app: App): void {
    const { process } = app;
    if (!app.isReady || process.timers <= app.mostTimers || process.thawedAtMs === this.#world.nowMs) return;
    this.#world.violate(36, `${process.name} has ${process.timers} timers, instead of at most ${app.mostTimers}`);
  }
}
