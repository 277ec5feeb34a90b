import type { Answer, AnswerHeaders, BodyPiece, Request } from '../../world/network.ts';
import type { Random } from '../../world/random.ts';
import type { World } from '../../world/world.ts';
import { keyOf } from '../keys/key-pairs.ts';
import type { Endpoint, Mood, RenewalPlan } from './plan.ts';
import { type Identity, issuerOrigin, secondsAt, type Token, Tokens } from './tokens.ts';

export const sessionName = '__client_session';

const paths: Readonly<Record<string, Endpoint>> = {
  '/_torii/.well-known/jwks.json': 'keys',
  '/_torii/emulator/access-token': 'renewal',
  '/_torii/auth/session/token': 'template',
};

export function endpointOf(url: string): Endpoint | undefined {
  return url.startsWith(issuerOrigin) ? paths[url.slice(issuerOrigin.length).split('?', 1)[0] ?? ''] : undefined;
}

export interface Session extends Identity {
  readonly number: number;
  readonly user: string;
  organization: string | null;
  readonly actor: string | null;
  /** The session cookie. */
  value: string;
  isEnded: boolean;
}

/** What an answer is for the product, according to the documentation. */
export type Verdict = 'token' | 'outage' | 'refused' | 'ended' | 'nothing';

export interface Reply {
  readonly verdict: Verdict;
  readonly token: Token | undefined;
  /** Whether the issuer has set cookies with its answer. */
  readonly hasLines: boolean;
  readonly retryAfterMs: number;
  readonly lifetimeMs: number | undefined;
}

const usual = {
  verdict: 'nothing',
  token: undefined,
  hasLines: false,
  retryAfterMs: 0,
  lifetimeMs: undefined,
} as const;

/** The one issuer: its keys, sessions, and what it does with requests. */
export class Issuer {
  readonly tokens: Tokens = new Tokens();
  readonly sessions: Session[] = [];
  /** When the answers of the key endpoint were last bad, or the keys changed. */
  keysTroubledUntilMs = 0;
  onReply: (number: number, reply: Reply) => void = () => {};
  readonly #world: World;
  readonly #plan: RenewalPlan;
  readonly #random: Random;
  readonly #owners: Map<string, Session> = new Map();
  readonly #moods: { readonly endpoint: Endpoint; readonly mood: Mood }[] = [];
  /** The tokens of these users that were issued at or before these seconds are revoked. */
  readonly #revokedUntil: Map<string, number> = new Map();
  #key = 0;

  constructor(world: World, plan: RenewalPlan) {
    this.#world = world;
    this.#plan = plan;
    this.#random = world.random.fork('issuer');
    world.network.addServer(issuerOrigin, (request) => this.#answer(request));
  }

  newSession({ user, organization, actor }: Identity): Session {
    const number = this.sessions.length;
    const session = { number, user, organization, actor, value: `s${number}-0`, isEnded: false };
    this.sessions.push(session);
    this.#owners.set(session.value, session);
    return session;
  }

  ownerOf(value: string): Session | undefined {
    return this.#owners.get(value);
  }

  mint(session: Session, identity: Partial<Identity> = {}, times: { ageS?: number; lifetimeS?: number } = {}): Token {
    const { ageS = 0, lifetimeS = this.#plan.lifetimeS } = times;
    const iat = secondsAt(this.#world.nowMs) - ageS;
    const { number, user, organization, actor } = session;
    const key = this.#key;
    return this.tokens.make({
      session: number,
      user,
      organization,
      actor,
      ...identity,
      iat,
      exp: iat + lifetimeS,
      key,
    });
  }

  forge(session: Session, leftS: number): Token {
    const iat = secondsAt(this.#world.nowMs);
    const { user, organization, actor } = session;
    return this.tokens.make({
      ...{ session: undefined, user, organization, actor, key: undefined },
      iat: iat - 300 + leftS,
      exp: iat + leftS,
    });
  }

  behave(endpoint: Endpoint, mood: Mood, forMs: number): void {
    const entry = { endpoint, mood };
    this.#moods.push(entry);
    this.#world.note('issuer', `${endpoint}: ${textOf(mood)} for ${forMs} ms`);
    if (endpoint === 'keys') this.keysTroubledUntilMs = Number.POSITIVE_INFINITY;
    this.#world.schedule.after(forMs, () => {
      this.#moods.splice(this.#moods.indexOf(entry), 1);
      if (!this.#moods.some((other) => other.endpoint === 'keys') && endpoint === 'keys')
        this.keysTroubledUntilMs = this.#world.nowMs + keysRecoveryMs;
    });
  }

  /** Publishes a new key, next to the last one, and signs with it. */
  rotate(): void {
    this.#key = (this.#key + 1) % 4;
    this.#world.note('issuer', `signs with key ${this.#key}`);
    this.keysTroubledUntilMs = Math.max(this.keysTroubledUntilMs, this.#world.nowMs + keysRecoveryMs);
  }

  revoke(user: string): void {
    this.#revokedUntil.set(user, secondsAt(this.#world.nowMs));
    this.#world.note('issuer', `revokes the tokens of ${user}`);
  }

  isRevoked({ user, iat }: Pick<Token, 'user' | 'iat'>): boolean {
    return iat <= (this.#revokedUntil.get(user) ?? Number.NEGATIVE_INFINITY);
  }

  #answer(request: Request): Answer {
    const endpoint = endpointOf(request.url);
    if (endpoint === undefined) {
      this.#world.violate(3, `the issuer was asked for ${request.url}`);
      return 'reset';
    }
    const mood = this.#moods.findLast((each) => each.endpoint === endpoint)?.mood;
    const { answer, reply } = this.#replyTo(request, endpoint, mood);
    if (endpoint !== 'keys') this.onReply(request.number, reply);
    return answer;
  }

  #replyTo(request: Request, endpoint: Endpoint, mood: Mood | undefined): { answer: Answer; reply: Reply } {
    const outage = (answer: Answer): { answer: Answer; reply: Reply } => ({
      answer,
      reply: { ...usual, verdict: 'outage' },
    });
    switch (mood?.mode) {
      case 'hangs':
        return { answer: 'hang', reply: usual };
      case 'resets':
        return outage('reset');
      case 'stalls':
        return { answer: { status: 200, body: [{ afterMs: 3_600_000, text: '}' }] }, reply: usual };
      case 'status':
        return statusReply(mood);
      case 'garbage':
        return outage({ status: 200, body: '<html>' });
      case 'too big':
        return outage({ status: 200, body: bigBody() });
      default:
    }
    const afterMs = mood?.mode === 'slow' ? mood.ms : 0;
    if (endpoint === 'keys') return { answer: { status: 200, body: this.#keySet(), afterMs }, reply: usual };
    return endpoint === 'renewal' ? this.#renew(request, mood, afterMs) : this.#template(request, mood, afterMs);
  }

  #keySet(): string {
    const keys = [this.#key, (this.#key + 3) % 4].map((number) => {
      const { publicJwk, kid } = keyOf(0, number);
      return { ...publicJwk, kid, alg: 'ES256', use: 'sig' };
    });
    return JSON.stringify({ keys });
  }

  #renew(request: Request, mood: Mood | undefined, afterMs: number): { answer: Answer; reply: Reply } {
    const value = (request.headers['cookie'] ?? '').split('=')[1] ?? '';
    const session = this.#owners.get(value);
    // Made up by a client.
    if (session === undefined) {
      return { answer: { status: 403, body: '{}', afterMs }, reply: { ...usual, verdict: 'refused' } };
    }
    if (session.isEnded || session.value !== value) {
      return { answer: { status: 401, body: '{}', afterMs }, reply: { ...usual, verdict: 'ended' } };
    }
    const token = this.#tokenFor(session, mood);
    const lines = this.#linesFor(session);
    const isRefused = mood?.mode === 'signed by a stranger' || mood?.mode === 'too long';
    const headers: AnswerHeaders = lines.map((line) => ['set-cookie', line] as const);
    return {
      answer: { status: 200, headers, body: JSON.stringify({ accessToken: token.text }), afterMs },
      reply: { ...usual, verdict: isRefused ? 'refused' : 'token', token, hasLines: lines.length > 0 },
    };
  }

  #tokenFor(session: Session, mood: Mood | undefined): Token {
    switch (mood?.mode) {
      case 'other user':
        return this.mint(session, { user: 'user_x' });
      case 'other organization':
        return this.mint(session, { organization: 'org_x' });
      case 'impersonator':
        return this.mint(session, { actor: 'admin_x' });
      case 'expired':
        return this.mint(session, {}, { ageS: 70, lifetimeS: 60 });
      case 'signed by a stranger':
        return this.forge(session, 300);
      case 'too long': {
        const { iat, exp } = this.mint(session);
        const { number, user, organization, actor } = session;
        const key = this.#key;
        return this.tokens.make({ session: number, user, organization, actor, iat, exp, key, padding: 4_000 });
      }
      default:
        return this.mint(session);
    }
  }

  #linesFor(session: Session): readonly string[] {
    const { rotates } = this.#plan;
    const attributes = 'Path=/_torii; HttpOnly; Secure; SameSite=Lax; Max-Age=2592000';
    if (rotates === 'never' || (rotates === 'sometimes' && this.#random.chance(50)))
      return this.#random.chance(30) ? [`theme=dark; Path=/`] : [];
    session.value = `s${session.number}-${Number(session.value.split('-')[1]) + 1}`;
    this.#owners.set(session.value, session);
    return [`${sessionName}=${session.value}; ${attributes}`];
  }

  #template(request: Request, mood: Mood | undefined, afterMs: number): { answer: Answer; reply: Reply } {
    const own = this.tokens.find((request.headers['authorization'] ?? '').slice('Bearer '.length));
    const session = own?.session === undefined ? undefined : this.sessions[own.session];
    if (own === undefined || session === undefined) {
      return { answer: { status: 401, body: '{}', afterMs }, reply: { ...usual, verdict: 'refused' } };
    }
    const { templateLifetimeS: lifetimeS, templateSays } = this.#plan;
    const user = mood?.mode === 'other user' ? 'user_x' : own.user;
    const minted = this.mint(session, { user, organization: own.organization, actor: own.actor }, { lifetimeS });
    const text = templateSays === 'claims' || mood?.mode === 'other user' ? minted.text : `opaque-${request.number}`;
    const body = { accessToken: text, ...(templateSays === 'field' && { expiresInSeconds: lifetimeS }) };
    const says = text === minted.text || templateSays === 'field';
    return {
      answer: { status: 200, body: JSON.stringify(body), afterMs },
      reply: {
        ...usual,
        verdict: mood?.mode === 'other user' ? 'refused' : 'token',
        token: { ...minted, text },
        lifetimeMs: says ? lifetimeS * 1000 : undefined,
      },
    };
  }
}

/** Keys are fetched again within five minutes. */
const keysRecoveryMs = 400_000;

/** Concerns one session: any 4xx that does not say that the issuer cannot answer at the moment. */
function statusReply({ status, retryAfterS }: Mood): { answer: Answer; reply: Reply } {
  const isEnded = status === 401;
  const isRefused = status >= 400 && status < 500 && ![404, 405, 408, 429].includes(status);
  const headers = retryAfterS === null ? {} : { 'retry-after': String(retryAfterS) };
  return {
    answer: { status, headers, body: '{}' },
    reply: {
      ...usual,
      verdict: isEnded ? 'ended' : isRefused ? 'refused' : 'outage',
      // 2xx without a token: the header means nothing.
      retryAfterMs: status < 300 ? 0 : (retryAfterS ?? 0) * 1000,
    },
  };
}

function bigBody(): readonly BodyPiece[] {
  return [
    { afterMs: 0, text: ' '.repeat(40_000) },
    { afterMs: 0, text: ' '.repeat(40_000) },
    { afterMs: 3_600_000, text: '{}' },
  ];
}

function textOf({ mode, ms, status, retryAfterS }: Mood): string {
  if (mode === 'slow') return `slow by ${ms} ms`;
  if (mode !== 'status') return mode;
  return `status ${status}${retryAfterS === null ? '' : `, retry after ${retryAfterS} s`}`;
}
