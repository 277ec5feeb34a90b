import type { Fleet } from '../../world/fleet.ts';
import type { Random } from '../../world/random.ts';
import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Judge } from './judge.ts';
import type { Node, Outcome } from './node.ts';
import type { RevocationsPlan } from './plan.ts';
import { type CutOff, subjectName } from './subjects.ts';
import { organizationId, type Token, type TokenClaims, tokenOf, userId, users } from './tokens.ts';

interface Named {
  readonly user: number | null;
  readonly organization: number | null;
  readonly actor: number | null;
}

/** The users who impersonate others. */
const actors = [4, 5] as const;

/** The requests that the nodes get. */
export class Traffic {
  /** Called for each answer. */
  onAnswer: (node: Node, token: Token, outcome: Outcome) => void = () => {};
  readonly #world: World;
  readonly #plan: RevocationsPlan;
  readonly #fleet: Fleet<Node>;
  readonly #judge: Judge;
  /** The cut-offs so far, the latest at the end. */
  readonly #cutOffs: CutOff[] = [];
  /** The tokens of single revocations, by the names of their subjects. */
  readonly #single: Map<string, TokenClaims> = new Map();
  /** Tokens that were accepted, the latest at the end. */
  readonly #recent: Token[] = [];

  constructor(world: World, plan: RevocationsPlan, fleet: Fleet<Node>, judge: Judge) {
    [this.#world, this.#plan, this.#fleet, this.#judge] = [world, plan, fleet, judge];
  }

  /** A token that a node has accepted. */
  recent(number: number): Token | undefined {
    return this.#recent.at(-1 - (number % Math.max(1, this.#recent.length)));
  }

  /** From now on, requests have tokens at the edge of this cut-off. */
  note(cutOff: CutOff): void {
    const known = this.#cutOffs.findIndex(({ subject }) => subject === cutOff.subject);
    if (known !== -1) this.#cutOffs.splice(known, 1);
    this.#cutOffs.push(cutOff);
    if (this.#cutOffs.length > 12) this.#cutOffs.shift();
  }

  noteSingle(token: Token): void {
    this.#single.set(subjectName({ kind: 'token', id: token.digest }), token.claims);
  }

  /** Requests to each process, spread over a window. Half of them come near one of these times. */
  send(name: string, count: number, fromMs: number, untilMs: number, times: readonly number[]): void {
    for (let process = 0; process < this.#fleet.size; process++) {
      const random = this.#world.random.fork(`traffic ${name} ${process}`);
      for (let number = 0; number < count; number++) {
        const near = times[random.below(times.length)] ?? fromMs;
        const anywhere = fromMs + random.below(Math.max(1, untilMs - fromMs));
        const dueMs = number % 2 === 0 ? anywhere : near + random.below(random.pick([5, 300, 3_000]));
        this.#world.schedule.at(dueMs, () => this.#askAnything(process, random));
      }
    }
  }

  /** One request to each node for each of the last cut-offs, at an edge of it. */
  probe(name: string, plusSeconds: number): void {
    const random = this.#world.random.fork(`probe ${name}`);
    for (const cutOff of this.#cutOffs.slice(-6)) {
      for (let process = 0; process < this.#fleet.size; process++) this.#probeOne(process, cutOff, plusSeconds, random);
    }
  }

  /** One request to each node for one subject. */
  probeSubject(subject: string, process?: number): void {
    const cutOff = this.#cutOffs.find((each) => each.subject === subject);
    if (cutOff === undefined) return;
    const random = this.#world.random.fork(`probe ${subject} ${this.#world.nowMs}`);
    for (let number = 0; number < this.#fleet.size; number++) {
      if (process !== undefined && process !== number) continue;
      this.#probeOne(number, cutOff, 0, random);
      // Also a token of the named user that the subject does not revoke.
      const isNear = ({ subjects, claims }: Token): boolean =>
        subjects.includes(subject) || subject.split(' ')[1] === userId(claims.user);
      const known = this.#recent.findLast(isNear);
      if (known !== undefined) this.ask(number, known);
    }
  }

  /** A request with a token that was issued just now. */
  fresh(process: number): void {
    const random = this.#world.random.fork(`fresh ${this.#world.nowMs}`);
    const named = { user: null, organization: null, actor: null };
    this.ask(process, tokenOf(this.#claims(named, this.#nowS, this.#plan.maxTokenSeconds, random), false));
  }

  ask(process: number, token: Token): void {
    const { process: target } = this.#fleet.member(process);
    target.deliver(() => {
      const { state: node } = this.#fleet.member(process);
      if (node.process !== target) return;
      const asked = this.#judge.begin(node, token);
      void node.answer(token.text).then((outcome) => {
        if (target.isDead) return;
        this.#note(node, token, outcome);
        this.#judge.end(asked, outcome);
        if (outcome.kind === 'accepted') this.#remember(token);
        this.onAnswer(node, token, outcome);
      });
    });
  }

  #probeOne(process: number, cutOff: CutOff, plusSeconds: number, random: Random): void {
    const { maxTokenSeconds } = this.#plan;
    const single = this.#single.get(cutOff.subject);
    if (single !== undefined) {
      this.ask(process, tokenOf(single, random.chance(50)));
      return;
    }
    const named = namedBy(cutOff.subject, random);
    if (named === undefined) return;
    const iat = Math.min(cutOff.before + plusSeconds, this.#nowS);
    this.ask(process, tokenOf(this.#claims(named, iat, maxTokenSeconds, random), random.chance(20)));
  }

  #askAnything(process: number, random: Random): void {
    const recent = this.recent(random.below(6));
    if (recent !== undefined && random.chance(30)) {
      this.ask(process, recent);
      return;
    }
    const cutOff = this.#cutOffs[random.below(Math.max(1, this.#cutOffs.length))];
    if (cutOff !== undefined && random.chance(50)) {
      this.#probeOne(process, cutOff, random.pick([-1, 0, 0, 1, 1, 2]), random);
      return;
    }
    const { maxTokenSeconds } = this.#plan;
    const lifeSeconds = random.pick([
      maxTokenSeconds,
      maxTokenSeconds,
      Math.ceil(maxTokenSeconds / 2),
      maxTokenSeconds + 1,
    ]);
    const iat = this.#nowS - (random.chance(60) ? 0 : random.below(lifeSeconds));
    const named = { user: null, organization: null, actor: null };
    this.ask(process, tokenOf(this.#claims(named, iat, lifeSeconds, random), random.chance(10)));
  }

  #claims({ user, organization, actor }: Named, iat: number, lifeSeconds: number, random: Random): TokenClaims {
    return {
      user: user ?? random.below(users),
      organization: organization ?? random.pick([null, null, 0, 1]),
      actor: actor ?? random.pick([null, null, null, ...actors]),
      iat,
      lifeSeconds,
    };
  }

  /** The time by the clock of the issuer, which is never wrong. */
  get #nowS(): number {
    return Math.floor((epochMs + this.#world.nowMs) / 1000);
  }

  #remember(token: Token): void {
    this.#recent.push(token);
    if (this.#recent.length > 40) this.#recent.shift();
  }

  #note({ process }: Node, token: Token, outcome: Outcome): void {
    const text = outcome.kind === 'refused' ? `${outcome.status} ${outcome.reason}` : outcome.kind;
    this.#world.note(process.name, `${token.name}: ${text}`);
  }
}

/** What a token must have to be revoked with a subject. `undefined` if no request here has it. */
function namedBy(subject: string, random: Random): Named | undefined {
  const [kind, id = '', organization = ''] = subject.split(' ');
  const none = { user: null, organization: null, actor: null };
  const numberOf = (text: string, name: (number: number) => string): number => {
    return Array.from({ length: users }, (_, number) => number).findIndex((number) => name(number) === text);
  };
  if (kind === 'environment') return none;
  const user = numberOf(id, userId);
  if (user === -1) return undefined;
  const isActor = (actors as readonly number[]).includes(user);
  if (kind === 'impersonator') return isActor ? { ...none, actor: user } : undefined;
  if (kind === 'member') return { ...none, user, organization: numberOf(organization, organizationId) };
  return kind === 'user' && isActor && random.chance(50) ? { ...none, actor: user } : { ...none, user };
}
