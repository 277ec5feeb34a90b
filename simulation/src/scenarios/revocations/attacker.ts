import type { StreamStore } from '../../world/stream-store.ts';
import type { World } from '../../world/world.ts';
import type { Attack } from './plan.ts';
import type { StoreFacts } from './store-facts.ts';
import { cutOffIn } from './subjects.ts';
import { environmentId, epochS, issuer, userId } from './tokens.ts';

/** Writes to the stream without knowing the signing keys. */
export class Attacker {
  readonly #world: World;
  readonly #store: StreamStore;
  readonly #facts: StoreFacts;
  readonly #isSigned: boolean;
  /** An entry of another environment, signed with the same keys. */
  foreignText: string | undefined;

  constructor(world: World, store: StreamStore, facts: StoreFacts, isSigned: boolean) {
    [this.#world, this.#store, this.#facts, this.#isSigned] = [world, store, facts, isSigned];
  }

  write(attack: Attack, who: number): void {
    const [key] = this.#store.streams.keys();
    if (key === undefined) return;
    this.#world.note('attacker', `writes ${attack}`);
    const { genuine } = this.#facts;
    const latest = genuine.at(-1);
    switch (attack) {
      case 'garbage':
        return this.#add(
          key,
          ['', 'x', 'v1', 'v1:::', 'v1:::{}', 'v1:::null', 'v1::{"kind":"user"}', 'x'.repeat(20_000)],
          'harmless',
        );
      case 'no text':
        return this.#addFields(key, ['x', 'y']);
      case 'foreign issuer':
        return this.#add(key, [this.#json(who, { issuer: 'https://evil.torii.so' })], 'harmless');
      case 'foreign environment':
        return this.#add(key, [this.#json(who, { environmentId: 'env_test' }), ...this.#foreign()], 'harmless');
      case 'another version':
        return this.#add(key, [this.#json(who).replace('v1', 'v2'), 'v17:new'], 'harmless');
      case 'unsigned':
        return this.#add(key, [this.#json(who)], this.#isSigned ? 'harmless' : undefined);
      case 'wrong signature':
        return this.#add(key, this.#forged(who, latest, this.#isSigned), 'harmless');
      case 'signature of another environment':
        return this.#add(key, this.#forged(who, this.foreignText, this.#isSigned), 'harmless');
      case 'unknown key':
        return this.#add(
          key,
          [this.#json(who).replace('v1::', `v1:0123456789ab:${'A'.repeat(43)}`)],
          this.#isSigned ? 'harmless' : 'possible',
        );
      case 'far ahead':
        return this.#add(key, [this.#json(who, { before: this.#nowS + 100_000 })], 'harmless');
      case 'not a number': {
        const texts = ['"x"', 'null', '-1', '1e400', '1.5', '[1]'].map((value) =>
          this.#json(who).replace(/"before":\d+/, `"before":${value}`),
        );
        return this.#add(key, texts, 'harmless');
      }
      case 'copies':
        return latest === undefined ? undefined : this.#add(key, Array(5).fill(latest), undefined);
      case 'old copies':
        return this.#add(key, genuine.slice(0, 3), undefined);
    }
  }

  get #nowS(): number {
    return Math.floor(this.#store.wallMs / 1000);
  }

  #json(who: number, changes: Readonly<Record<string, unknown>> = {}): string {
    const fields = { kind: 'user', id: userId(who), issuer, environmentId, before: this.#nowS, ...changes };
    return `v1:::${JSON.stringify(fields)}`;
  }

  #foreign(): readonly string[] {
    return this.foreignText === undefined ? [] : [this.foreignText];
  }

  /** The signature of one entry before the content of another. */
  #forged(who: number, text: string | undefined, isSigned: boolean): readonly string[] {
    if (!isSigned || text === undefined) return [];
    const [, keyId, mac] = text.split(':');
    return [this.#json(who, { before: this.#nowS - 1 - (epochS % 2) }).replace('v1::', `v1:${keyId}:${mac}`)];
  }

  #add(key: string, texts: readonly string[], effect: 'harmless' | 'possible' | undefined): void {
    for (const text of texts) {
      const cutOff = cutOffIn(text);
      if (effect === undefined && cutOff !== undefined) this.#facts.allow(cutOff);
      if (effect !== undefined && !this.#facts.genuine.includes(text)) this.#facts.expectAttack(text, effect);
      this.#addFields(key, ['key', 'x', 'entry', text]);
    }
  }

  #addFields(key: string, fields: readonly string[]): void {
    const stream = this.#store.openStream(key);
    const { last } = stream;
    const ms = Math.max(last.ms, this.#store.wallMs);
    stream.add({ ms, seq: ms === last.ms ? last.seq + 1 : 0 }, fields, this.#store.nowMs);
    this.#store.changed();
  }
}
