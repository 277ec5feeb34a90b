import type { StoreMode } from '../../world/stream-store.ts';
import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { wishOf } from './announcer.ts';
import { deliveryMs, noticeMs } from './bounds.ts';
import type { Calm } from './calm.ts';
import type { Node } from './node.ts';
import { msOf, type RevocationsPlan, type Step } from './plan.ts';
import type { Scene } from './scene.ts';
import { epochS, userId, users } from './tokens.ts';
import { receiveVisitors } from './visitors.ts';

const maxClockMs = 600_000;

/** What happens in a scene. */
export class Steps {
  readonly #world: World;
  readonly #plan: RevocationsPlan;
  readonly #scene: Scene;
  #modeTurn = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#world = scene.world;
    this.#plan = scene.plan;
    scene.bans.onCrash = ({ process, crashesAfterMs }) => {
      if (crashesAfterMs !== null) scene.world.schedule.after(crashesAfterMs, () => this.#crash(process, 1_000));
    };
  }

  take(step: Step, name: string): void {
    const { schedule } = this.#world;
    const forMs = 'for' in step ? msOf(step.for, this.#plan) : 0;
    switch (step.kind) {
      case 'revoke':
        this.#revoke(step);
        break;
      case 'many':
        this.#revokeMany(step);
        break;
      case 'attack':
        this.#scene.attacker.write(step.attack, step.who);
        break;
      case 'probe':
        this.#scene.traffic.probe(name, step.plusSeconds);
        break;
      case 'store':
        this.#hold(step.mode, forMs, step.delayMs);
        break;
      case 'flush':
        this.#flush(step.writesAtOnce);
        break;
      case 'failover':
        this.#failOver(step.cuts, step.readonlyForMs);
        break;
      case 'split':
        this.#scene.split(step.side, forMs);
        break;
      case 'replica':
        this.#scene.replica?.setLink(step.link);
        schedule.after(forMs, () => this.#scene.replica?.setLink('up'));
        break;
      case 'restart':
        this.#scene.store.restart(msOf(step.by, this.#plan));
        this.#scene.storeCalm.disturb();
        if (step.downForMs > 0) this.#hold('down', step.downForMs);
        break;
      case 'store clock': {
        const aheadMs = this.#scene.store.wallMs - epochMs - this.#world.nowMs;
        this.#scene.store.setClock(boundedMs(aheadMs, step.byMs));
        // NATS may remove entries too early by its new clock.
        if (this.#plan.feed.kind === 'nats') this.#scene.store.hasLost = true;
        this.#scene.storeCalm.disturb();
        break;
      }
      case 'link': {
        const calms =
          step.process === null
            ? this.#scene.linkCalms
            : [this.#scene.linkCalms[step.process % this.#scene.fleet.size] as Calm];
        const ends = calms.map((calm) => calm.begin());
        this.#scene.fleet.disturb([{ ...step, server: 0, atMs: this.#world.nowMs, forMs }]);
        schedule.after(0, () => this.#scene.noteDeaf());
        schedule.after(forMs, () =>
          schedule.after(0, () => {
            for (const end of ends) end();
            this.#scene.noteDeaf(true);
          }),
        );
        break;
      }
      case 'cut':
        this.#world.note('store', 'closes all connections');
        this.#scene.store.cut();
        this.#scene.storeCalm.disturb();
        break;
      case 'stall':
        this.#world.note('store', 'stops delivering to its consumers');
        this.#scene.access.server?.stall();
        for (const node of this.#scene.living()) node.noteStall();
        // That nothing is delivered shows when something is written.
        this.#scene.operate('foreign key', 0);
        this.#scene.storeCalm.disturb();
        break;
      case 'operator':
        this.#world.note('operator', step.does);
        this.#scene.operate(step.does, step.who);
        break;
      case 'freeze':
        if (step.afterNewsMs === null) this.#freeze(step, forMs);
        else {
          this.#scene.wakeReaders();
          schedule.after(step.afterNewsMs, () => this.#freeze(step, forMs));
        }
        break;
      case 'crash':
        this.#crash(step.process, step.restartAfterMs);
        break;
      case 'clock': {
        const { process, state } = this.#scene.fleet.member(step.process);
        const byMs = boundedMs(process.aheadMs, step.byMs);
        this.#setClock(state, byMs);
        if (step.backAfterMs !== null) {
          schedule.after(step.backAfterMs, () => {
            this.#setClock(state, -byMs);
            this.#scene.traffic.probe(`${name} back`, 0);
          });
        }
        break;
      }
      case 'ban': {
        const { process, state: node } = this.#scene.fleet.member(step.process);
        process.deliver(() => this.#scene.bans.begin(node, step));
        break;
      }
      case 'close':
        this.#close(step.process, forMs);
        break;
      case 'webhook': {
        const { process, state: node } = this.#scene.fleet.member(step.process);
        process.deliver(() => this.#scene.deliveries.begin(node, step));
        break;
      }
      case 'socket': {
        const { process, state: node } = this.#scene.fleet.member(step.process);
        const iat = epochS + Math.floor(this.#world.nowMs / 1000);
        process.deliver(() => void this.#scene.sockets.begin(node, step, iat));
        break;
      }
      case 'visitors': {
        const { process, state: node } = this.#scene.fleet.member(step.process);
        const iat = epochS + Math.floor(this.#world.nowMs / 1000);
        process.deliver(() => void receiveVisitors(this.#world, this.#plan, node, iat));
        break;
      }
    }
  }

  #setClock(node: Node, byMs: number): void {
    if (byMs < 0) node.setBackAtMs = this.#world.nowMs;
    node.setAtMs = this.#world.nowMs;
    node.process.setWallClock(byMs);
    node.calm.disturb();
  }

  #revoke(step: Extract<Step, { readonly kind: 'revoke' }>): void {
    const { process, state: node } = this.#scene.fleet.member(step.process);
    const token = this.#scene.traffic.recent(step.who);
    const wish = wishOf(step.subject, step.who, token);
    if (wish === undefined) return;
    if (wish.token !== undefined) this.#scene.traffic.noteSingle(wish.token);
    const atMs =
      step.at === null || step.subject === 'token' ? undefined : epochMs + this.#world.nowMs + step.at * 1000;
    process.deliver(() => this.#scene.announcer.revoke(node, { ...wish, atMs }, step.repeatsAfterMs));
    if (step.crashesAfterMs === null) return;
    this.#world.schedule.after(step.crashesAfterMs, () => this.#crash(step.process, 1_000));
  }

  #revokeMany({ process: number, count, at }: Extract<Step, { readonly kind: 'many' }>): void {
    const { process, state: node } = this.#scene.fleet.member(number);
    process.deliver(() => {
      for (let user = 0; user < count; user++) {
        const atMs = epochMs + this.#world.nowMs + (at - 19 + (user % 20)) * 1000;
        const id = user < users ? userId(user) : `${userId(user)}_${number}`;
        this.#scene.announcer.revoke(node, { subject: { kind: 'user', id }, atMs, token: undefined }, null);
      }
    });
  }

  #failOver(cuts: boolean, readonlyForMs: number): void {
    this.#scene.store.failOver(cuts);
    this.#scene.storeCalm.disturb();
    if (readonlyForMs > 0) this.#hold('readonly', readonlyForMs);
  }

  #flush(writesAtOnce: boolean): void {
    const { nowMs } = this.#world;
    const current = [...this.#scene.living()].filter((node) => {
      // A poll notices only what is still missing, and another node may have written it again.
      if (this.#plan.feed.kind === 'poll') return false;
      const untilMs = nowMs + noticeMs(node);
      const isHeld = [...this.#scene.facts.current()].some((fact) => {
        return fact.addedAtMs <= nowMs - deliveryMs(this.#plan) && fact.untilMs > untilMs;
      });
      return isHeld && this.#scene.judge.isCurrent(node);
    });
    this.#scene.store.flush();
    if (writesAtOnce) this.#scene.attacker.write('old copies', 0);
    this.#scene.storeCalm.disturb();
    // A node that has seen what was lost reports it.
    for (const node of current) {
      const { sinceMs } = node.calm;
      // Such an event is reported at most once a minute.
      const fromMs = this.#world.nowMs - 61_000;
      this.#world.schedule.after(noticeMs(node), () => {
        if (node.process.isDead || node.calm.sinceMs !== sinceMs || node.resetAtMs > fromMs) return;
        this.#world.violate(43, `${node.process.name} has not reported that the store has lost data`);
      });
    }
  }

  #hold(mode: Exclude<StoreMode, 'well'>, forMs: number, delayMs = 0): void {
    const end = this.#scene.storeCalm.begin();
    this.#modeTurn += 1;
    const turn = this.#modeTurn;
    this.#scene.store.setMode(mode, delayMs);
    this.#world.schedule.after(forMs, () => {
      if (turn === this.#modeTurn) this.#scene.store.setMode('well');
      end();
    });
  }

  #freeze(step: Extract<Step, { readonly kind: 'freeze' }>, forMs: number): void {
    const { process, state: node } = this.#scene.fleet.member(step.process);
    if (process.isFrozen || process.isDead) return;
    const end = node.calm.begin();
    process.freeze(step);
    this.#world.schedule.after(forMs, () => {
      process.thaw();
      end();
      this.#scene.traffic.probe(`thaw ${this.#world.nowMs}`, 0);
      this.#scene.traffic.fresh(step.process);
    });
    this.#world.schedule.after(Math.floor(forMs / 2), () => {
      if (step.meanwhile === 'flush') this.#flush(true);
      if (step.meanwhile === 'failover') this.#failOver(true, 0);
      if (step.meanwhile !== 'revoke') return;
      const revoke = {
        kind: 'revoke',
        subject: 'user',
        who: 1,
        at: 0,
        crashesAfterMs: null,
        repeatsAfterMs: null,
      } as const;
      this.#revoke({ ...revoke, process: step.process + 1 });
    });
  }

  #close(number: number, endsAfterMs: number): void {
    const { process, state: node } = this.#scene.fleet.member(number);
    process.deliver(() => {
      if (node.isClosed) return;
      this.#world.note(process.name, 'closes its revocations');
      node.isClosed = true;
      node.calm.begin();
      node.deafFromMs = Math.min(node.deafFromMs, this.#world.nowMs);
      void node.revocations.close();
    });
    this.#world.schedule.after(endsAfterMs, () => {
      if (this.#scene.fleet.member(number).process === process) this.#crash(number, 100);
    });
  }

  #crash(number: number, restartAfterMs: number): void {
    this.#scene.fleet.disturb([{ kind: 'crash', process: number, atMs: this.#world.nowMs, restartAfterMs }]);
  }
}

/** How far a clock is set, so that it is never more than ten minutes off. */
function boundedMs(aheadMs: number, byMs: number): number {
  return Math.max(-maxClockMs, Math.min(maxClockMs, aheadMs + byMs)) - aheadMs;
}
