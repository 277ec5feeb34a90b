import type { Answer, Request } from '../../world/network.ts';
import type { World } from '../../world/world.ts';
import type { FetchBook } from './fetch-book.ts';
import { type KeyNames, type KeyPair, keyOf, namesOf, originOf, strangerKey } from './key-pairs.ts';

export const serverModes = [
  'status 500',
  'status 503',
  'status 404',
  'status 429',
  'redirect',
  'reset',
  'hang',
  'slow',
  'slow body',
  'endless body',
  'garbage',
  'html',
  'truncated',
  'no list',
  'empty',
  'private key',
  'kid twice',
  'unfit key',
  'old set',
  'large',
  'too large',
  'too large, announced',
] as const;

/** What the key endpoint of an issuer does for a while. Otherwise it answers with what is published. */
export type ServerMode = (typeof serverModes)[number];

const maxBytes = 512 * 1024;

export class IssuerServer {
  readonly number: number;
  readonly origin: string;
  readonly #world: World;
  readonly #book: FetchBook;
  #published: readonly KeyPair[];
  #before: readonly KeyPair[];
  #changedAtMs = -1;
  readonly #modes: { readonly mode: ServerMode; readonly slowMs: number }[] = [];

  constructor(world: World, book: FetchBook, number: number, keys: readonly number[]) {
    this.#world = world;
    this.#book = book;
    this.number = number;
    this.origin = originOf(number);
    this.#published = keys.map((key) => keyOf(number, key));
    this.#before = this.#published;
    world.network.addServer(this.origin, (request) => this.#answer(request));
  }

  /** Whether it has answered as it should, with the same keys, since a time. */
  worksSince(atMs: number): boolean {
    return this.#modes.length === 0 && this.#changedAtMs < atMs;
  }

  /** The name of the key that a `kid` verifies by, if any. */
  lets(kid: string): string | undefined {
    return namesOf(this.#published).get(kid);
  }

  get published(): readonly KeyPair[] {
    return this.#published;
  }

  publish(keys: readonly KeyPair[]): void {
    this.#before = this.#published;
    this.#published = keys;
    this.#changedAtMs = this.#world.nowMs;
    this.#world.note(this.origin.slice(8), `publishes ${keys.map(({ name }) => name).join(', ') || 'no key'}`);
  }

  behave(mode: ServerMode, slowMs: number, forMs: number): void {
    const entry = { mode, slowMs };
    this.#modes.push(entry);
    this.#world.note(
      this.origin.slice(8),
      `${mode}${mode.startsWith('slow') ? ` (${slowMs} ms)` : ''} for ${forMs} ms`,
    );
    this.#world.schedule.after(forMs, () => {
      this.#modes.splice(this.#modes.indexOf(entry), 1);
      this.#changedAtMs = this.#world.nowMs;
      if (this.#modes.length === 0) this.#world.note(this.origin.slice(8), 'works again');
    });
  }

  #answer(request: Request): Answer {
    const { mode, slowMs } = this.#modes.at(-1) ?? { mode: undefined, slowMs: 0 };
    const isRightUrl = request.url === `${this.origin}/_torii/.well-known/jwks.json` && request.method === 'GET';
    if (!isRightUrl) this.#world.violate(3, `${request.from.name} asked for ${request.method} ${request.url}`);
    if (mode === 'hang' || mode === 'reset') return mode;
    const fetch = this.#book.at(request.number);
    const good = (keys: readonly KeyPair[]): KeyNames => namesOf(keys);
    // Responses that must not be used contain a wrong key, to show if it is used anyway.
    const trap = setText([strangerKey('main'), ...this.#published.slice(1)]);
    const fail = (status: number, body: string): Answer => {
      return {
        status,
        headers: { location: 'https://evil.test/keys' },
        body: fetch.pieces([body], 0, undefined, status !== 200),
      };
    };
    const bad = (body: string): Answer => fail(200, body);
    const text = setText(this.#published);
    switch (mode) {
      case 'status 500':
      case 'status 503':
      case 'status 404':
      case 'status 429':
        return fail(Number(mode.slice(7)), trap);
      case 'redirect':
        return fail(request.followsRedirects ? 200 : 302, trap);
      case 'slow':
        return { status: 200, afterMs: slowMs, body: fetch.pieces([text], 0, good(this.#published)) };
      case 'slow body': {
        const pieces = Array.from({ length: 5 }, (_, i) =>
          text.slice((i * text.length) / 5, ((i + 1) * text.length) / 5),
        );
        return { status: 200, body: fetch.pieces(pieces, Math.ceil(slowMs / 5), good(this.#published)) };
      }
      case 'endless body':
        return { status: 200, body: fetch.pieces(endless(), 900, undefined) };
      case 'garbage':
        return bad('\u0000\u0001 these are not the keys');
      case 'html':
        return bad('<!doctype html><title>Welcome to our Wi-Fi</title>');
      case 'truncated':
        return bad(trap.slice(0, -2));
      case 'no list':
        return bad(`{"keys":{"0":${JSON.stringify(jwkOf(strangerKey('main')))}}}`);
      case 'empty':
        return { status: 200, body: fetch.pieces(['{"keys":[]}'], 0, new Map()) };
      case 'private key':
        return bad(
          JSON.stringify({ keys: [...this.#published.map(jwkOf), { ...jwkOf(strangerKey('other')), d: 'AQAB' }] }),
        );
      case 'kid twice': {
        const keys = [...this.#published, strangerKey(this.#published[0]?.kid ?? 'main')];
        return { status: 200, body: fetch.pieces([setText(keys)], 0, good(keys)) };
      }
      case 'unfit key': {
        const [first, ...others] = this.#published;
        const jwks = [...(first ? [{ ...jwkOf(first), use: 'enc' }] : []), ...others.map(jwkOf)];
        return {
          status: 200,
          body: fetch.pieces([JSON.stringify({ keys: jwks })], 0, good(others.filter(({ kid }) => kid !== first?.kid))),
        };
      }
      case 'old set':
        return { status: 200, body: fetch.pieces([setText(this.#before)], 0, good(this.#before)) };
      case 'large':
        return { status: 200, body: fetch.pieces(chunks(padded(text, maxBytes)), 0, good(this.#published)) };
      case 'too large':
        return { status: 200, body: fetch.pieces(chunks(padded(trap, maxBytes + 1)), 0, undefined) };
      case 'too large, announced': {
        const headers = { 'content-length': String(maxBytes + 1) };
        return { status: 200, headers, body: fetch.pieces([trap], 0, undefined, true) };
      }
      case undefined:
        return { status: 200, body: fetch.pieces([text], 0, good(this.#published)) };
    }
  }
}

function jwkOf({ kid, publicJwk }: KeyPair): object {
  return { ...publicJwk, kid, alg: 'ES256', use: 'sig' };
}

function setText(keys: readonly KeyPair[]): string {
  return JSON.stringify({ keys: keys.map(jwkOf) });
}

/** A key set as a file. */
export function fileOf(keys: readonly KeyPair[], fetchedAt: string): object {
  return { keys: keys.map(jwkOf), fetchedAt };
}

function padded(text: string, bytes: number): string {
  return text + ' '.repeat(bytes - text.length);
}

function chunks(text: string): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / 65_536) }, (_, i) => text.slice(i * 65_536, (i + 1) * 65_536));
}

function* endless(): Generator<string> {
  yield '{"keys":[';
  for (;;) yield ' ';
}
