import type { Random } from '../../world/random.ts';
import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Asked } from './ask.ts';
import type { IssuerServer } from './issuer-server.ts';
import { keyOf, keysPerIssuer } from './key-pairs.ts';
import type { Step } from './plan.ts';
import {
  always,
  forgedToken,
  forgeryCount,
  goodToken,
  impersonatedToken,
  type Token,
  unknownKidToken,
} from './tokens.ts';

/** The tokens that callers send. */
export class TokenChoice {
  readonly #world: World;
  readonly #servers: readonly IssuerServer[];

  constructor(world: World, servers: readonly IssuerServer[]) {
    this.#world = world;
    this.#servers = servers;
  }

  serverOf(issuer: number): IssuerServer {
    return this.#servers[issuer % this.#servers.length] as IssuerServer;
  }

  /** Mostly a good token of a published key. */
  usual(random: Random): Token {
    const server = this.serverOf(random.below(12));
    const key = random.chance(85) ? this.publishedKey(server, random) : random.below(keysPerIssuer);
    const user = random.below(6);
    const environment = random.chance(20) ? 1 : 0;
    if (random.chance(15)) return impersonatedToken({ issuer: server.number, key, user, times: always, environment });
    const times = random.chance(60) ? always : this.#shortTimes(random);
    return goodToken({ issuer: server.number, key, user, times, environment });
  }

  bad(random: Random): Token {
    const server = this.serverOf(random.below(12));
    if (random.chance(20)) return unknownKidToken(server.number, random.below(200));
    const key = this.publishedKey(server, random);
    const given = { issuer: server.number, key, user: random.below(2), times: always };
    return forgedToken(given, random.below(forgeryCount));
  }

  /** What a step of the plan says. */
  wanted(step: Extract<Step, { kind: 'ask' }>, client: Asked, random: Random): Token {
    const { want, users, forgery } = step;
    const { issuers } = client.settings;
    const issuer = issuers[step.issuer % issuers.length] ?? 0;
    const user = random.below(users);
    const server = this.#servers[issuer] as IssuerServer;
    const key = step.key ?? this.publishedKey(server, random);
    const environment = client.settings.environment ?? 0;
    const given = { issuer, key, user, times: always, environment };
    switch (want) {
      case 'good':
        return goodToken(given);
      case 'short':
        return goodToken({ ...given, times: this.#shortTimes(random) });
      case 'forged':
        return forgedToken(given, forgery);
      case 'unknown':
        return unknownKidToken(issuer, user);
      case 'impersonated':
        return impersonatedToken(given);
      case 'other environment':
        return goodToken({ ...given, environment: environment + 1 });
    }
  }

  publishedKey({ published, number }: IssuerServer, random: Random): number {
    const key = published[random.below(published.length)];
    for (let each = 0; each < keysPerIssuer; each++) if (keyOf(number, each) === key) return each;
    return random.below(keysPerIssuer);
  }

  /** As an issuer would sign it now, on a coarse grid: ten minutes long, and sometimes from the past or the future. */
  #shortTimes(random: Random): { readonly iat: number; readonly exp: number } {
    const nowS = (epochMs + this.#world.nowMs) / 1000;
    const iat = (Math.floor(nowS / 300) + random.pick([0, 0, 0, -1, -1, -2, -3, 1])) * 300;
    return { iat, exp: iat + 600 };
  }
}
