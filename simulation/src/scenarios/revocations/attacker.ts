import type { BucketServer } from '../../world/nats/bucket-server.ts';
import type { StreamStore } from '../../world/stream-store.ts';
import type { World } from '../../world/world.ts';
import type { StoreAccess } from './feeds.ts';
import type { Attack } from './plan.ts';
import type { AttackEffect, StoreFacts } from './store-facts.ts';
import { cutOffIn } from './subjects.ts';
import { environmentId, issuer, userId } from './tokens.ts';

/** Writes to the stream without knowing the signing keys. */
export class Attacker {
  readonly #world: World;
  readonly #store: StreamStore;
  readonly #server: BucketServer | undefined;
  #foreign = 0;
  readonly #facts: StoreFacts;
  readonly #isSigned: boolean;
  /** An entry of another environment, signed with the same keys. */
  foreignText: string | undefined;
  /** Called after each attack. */
  onWritten: (attack: Attack) => void = () => {};

  constructor(world: World, { store, server }: StoreAccess, facts: StoreFacts, isSigned: boolean) {
    [this.#world, this.#store, this.#facts, this.#isSigned] = [world, store, facts, isSigned];
    this.#server = server;
  }

  write(attack: Attack, who: number): void {
    const [key] = this.#store.streams.keys();
    if (key === undefined) return;
    this.#world.note('attacker', `writes ${attack}`);
    if (attack === 'no text') {
      this.#addFields(key, ['x', 'y']);
      this.onWritten(attack);
      return;
    }
    for (const text of this.#textsOf(attack, who)) {
      const cutOff = cutOffIn(text);
      const effect = this.#effectOf(attack);
      if (effect === 'genuine' && cutOff !== undefined) this.#facts.allow(cutOff);
      if (effect !== 'genuine' && !this.#facts.genuine.includes(text)) this.#facts.expectAttack(text, effect);
      this.#addFields(key, ['key', 'x', 'entry', text]);
    }
    this.onWritten(attack);
  }

  #effectOf(attack: Attack): AttackEffect | 'genuine' {
    if (attack === 'copies' || attack === 'old copies') return 'genuine';
    if (this.#isSigned) return 'harmless';
    if (attack === 'unsigned') return 'genuine';
    return attack === 'unknown key' ? 'possible' : 'harmless';
  }

  #textsOf(attack: Exclude<Attack, 'no text'>, who: number): readonly string[] {
    const { genuine } = this.#facts;
    switch (attack) {
      case 'garbage':
        return ['', 'x', 'v1', 'v1:::', 'v1:::{}', 'v1:::null', 'v1::{"kind":"user"}', 'x'.repeat(20_000)];
      case 'foreign issuer':
        return [this.#json(who, { issuer: 'https://evil.torii.so' })];
      case 'foreign environment':
        return [this.#json(who, { environmentId: 'env_test' }), this.foreignText ?? ''];
      case 'another version':
        return [this.#json(who).replace('v1', 'v2'), 'v17:new'];
      case 'unsigned':
        return [this.#json(who)];
      case 'wrong signature':
        return this.#forged(who, genuine.at(-1));
      case 'signature of another environment':
        return this.#forged(who, this.foreignText);
      case 'unknown key':
        return [this.#json(who).replace('v1::', `v1:0123456789ab:${'A'.repeat(43)}`)];
      case 'far ahead':
        return [this.#json(who, { before: this.#nowS + 100_000 })];
      case 'not a number':
        return ['"x"', 'null', '-1', '1e400', '1.5', '[1]'].map((value) =>
          this.#json(who).replace(/"before":\d+/, `"before":${value}`),
        );
      case 'copies':
        return genuine.slice(-1).flatMap((text) => Array<string>(5).fill(text));
      case 'old copies':
        return genuine.slice(0, 3);
    }
  }

  get #nowS(): number {
    return Math.floor(this.#store.wallMs / 1000);
  }

  #json(who: number, changes: Readonly<Record<string, unknown>> = {}): string {
    const fields = { kind: 'user', id: userId(who), issuer, environmentId, before: this.#nowS, ...changes };
    return `v1:::${JSON.stringify(fields)}`;
  }

  /** The signature of one entry before the content of another. */
  #forged(who: number, text: string | undefined): readonly string[] {
    if (!this.#isSigned || text === undefined) return [];
    const [, keyId, mac] = text.split(':');
    return [this.#json(who, { before: this.#nowS - 1 }).replace('v1::', `v1:${keyId}:${mac}`)];
  }

  /** Squats on the key of a subject that has no entry now, or writes to a key that no server uses. */
  #put(server: BucketServer, text: string): void {
    const { bucket } = server;
    if (bucket === undefined) return;
    const [some] = this.#facts.subjectsInStore();
    if (some === undefined) return;
    const known =
      this.#facts.subjectOf(text) ?? this.#facts.freeSubject((subject) => server.messageAt(subject) === undefined);
    this.#foreign += 1;
    const subject = known ?? some.replace(/[^.]+$/, `x${this.#foreign}`);
    if (server.messageAt(subject) === undefined) server.answer({ op: 'publish', subject, text });
  }

  #addFields(key: string, fields: readonly string[]): void {
    if (this.#server !== undefined) {
      this.#put(this.#server, fields[3] ?? '');
      return;
    }
    const stream = this.#store.openStream(key);
    const { last } = stream;
    const ms = Math.max(last.ms, this.#store.wallMs);
    stream.add({ ms, seq: ms === last.ms ? last.seq + 1 : 0 }, fields, this.#store.nowMs);
    this.#store.changed();
  }
}
