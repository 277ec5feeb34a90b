import type { Random } from './random.ts';
import { RemoteAnswer } from './remote-answer.ts';
import type { VirtualProcess } from './virtual-process.ts';
import type { World } from './world.ts';

export interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly from: VirtualProcess;
  /** Whether `fetch` follows a redirect of the answer by itself. A server then answers what the other address would. */
  readonly followsRedirects: boolean;
  /** The same as in {@link StartedFetch}. */
  readonly number: number;
}

/** A call of `fetch` by the product. */
export interface StartedFetch {
  /** The number of the call in this world. */
  readonly number: number;
  readonly process: VirtualProcess;
  readonly url: string;
  readonly init: RequestInit;
  readonly signal: AbortSignal | undefined;
  /** Settles like the promise that the product gets, but a little earlier. */
  readonly answer: Promise<RemoteAnswer>;
}

export type AnswerHeaders = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

/** What a server does with a request. */
export type Answer =
  | {
      readonly status: number;
      /** A list, if a name comes twice. */
      readonly headers?: AnswerHeaders;
      /** A whole body, or its pieces, each after a wait. An unending list is allowed. */
      readonly body: string | Iterable<BodyPiece>;
      /** How long the server takes until the first byte, in milliseconds. */
      readonly afterMs?: number;
    }
  /** The connection fails with this error. The server may have carried out the request. */
  | { readonly fails: Error; readonly afterMs?: number }
  /** The server never answers. */
  | 'hang'
  /** Closes the connection without an answer. */
  | 'reset';

/** `null`: the connection is closed before the end of the body. */
export interface BodyPiece {
  readonly afterMs: number;
  readonly text: string | null;
}

export type Server = (request: Request) => Answer;

/** The state of a link to a server. `refused`: calls fail at once. `lost`: nothing arrives at the other side. */
export type Link = 'open' | 'refused' | 'lost' | 'answers lost';

const links = {
  refused: ['connect ECONNREFUSED 10.0.0.1:443', 'ECONNREFUSED'],
  reset: ['read ECONNRESET', 'ECONNRESET'],
} as const;

export interface Latency {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Servers by their origin, and the links of processes to them. */
export class Network {
  latency: Latency = { leastMs: 1, mostMs: 30 };
  /** Whether answers to requests that an edge runtime has ended never arrive. See `VirtualProcess.endRequests`. */
  dropsAnswersOfEnded = false;
  /** Called for each `fetch` of the product, whether it reaches a server or not, before the product has its promise. */
  onFetch: (fetch: StartedFetch) => void = () => {};
  #fetches = 0;
  readonly #world: World;
  readonly #servers: Map<string, Server> = new Map();
  readonly #links: Map<string, Link> = new Map();
  readonly #randoms: Map<string, Random> = new Map();
  /** `new URL` is slow. */
  readonly #origins: Map<string, string> = new Map();

  constructor(world: World) {
    this.#world = world;
  }

  addServer(origin: string, server: Server): void {
    this.#servers.set(origin, server);
  }

  /** Sets the link of one process (by name), or of `*`, all processes, to a server. */
  setLink(process: string, origin: string, link: Link): void {
    if (link === 'open') this.#links.delete(`${process} ${origin}`);
    else this.#links.set(`${process} ${origin}`, link);
    this.#world.note('network', `${process === '*' ? 'every process' : process} to ${origin}: ${link}`);
  }

  linkOf(process: VirtualProcess, origin: string): Link {
    if (this.#links.size === 0) return 'open';
    const all = this.#links.get(`* ${origin}`) ?? 'open';
    return all === 'open' ? (this.#links.get(`${process.name} ${origin}`) ?? 'open') : all;
  }

  /** The `fetch` of a process. */
  fetchOf(process: VirtualProcess): typeof globalThis.fetch {
    const send = (input: unknown, init: RequestInit = {}): Promise<RemoteAnswer> => {
      const url = String(input);
      const number = ++this.#fetches;
      const answer = this.#follow(process, url, init, number);
      this.onFetch({ number, process, url, init, signal: init.signal ?? undefined, answer });
      return answer;
    };
    return send as unknown as typeof globalThis.fetch;
  }

  /**
   * Runs `work` at a server, and brings its result or error back to the process: a store or a broker. Like a request, it can
   * be lost on the way there, or on the way back, when the work is already done. `frozenMs` is asked when the call arrives: how
   * long the server still stands still before it does the work.
   */
  call<T>(
    process: VirtualProcess,
    origin: string,
    work: () => T,
    serverMs = 0,
    frozenMs: () => number = () => 0,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const link = this.linkOf(process, origin);
      const there = this.#latencyOf(process, origin);
      const back = this.#latencyOf(process, origin);
      if (link === 'refused') {
        this.#world.schedule.after(there, () => process.deliver(() => reject(connectionError(...links.refused))));
        return;
      }
      if (link === 'lost') return;
      const arrive = (): void => {
        const finish = outcomeOf(work, resolve, reject);
        this.#world.schedule.after(serverMs + back, () => {
          if (this.linkOf(process, origin) === 'open') process.deliver(finish);
        });
      };
      this.#world.schedule.after(there, () => {
        const waitMs = frozenMs();
        if (waitMs > 0) this.#world.schedule.after(waitMs, arrive);
        else arrive();
      });
    });
  }

  /** As the platform does without `redirect: 'manual'`: a redirected request keeps its headers, which is the worst case. */
  async #follow(process: VirtualProcess, url: string, init: RequestInit, number: number): Promise<RemoteAnswer> {
    const answer = await this.#fetch(process, url, init, number);
    const location = answer.headers.get('location');
    if (init.redirect === 'manual' || location === null || answer.status < 300 || answer.status > 399) return answer;
    return this.#follow(process, new URL(location, url).href, init, number);
  }

  #fetch(process: VirtualProcess, url: string, init: RequestInit, number: number): Promise<RemoteAnswer> {
    const origin = this.#originOf(url);
    const { signal } = init;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<RemoteAnswer>();
    const onAbort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const { cuts } = process;
    // Runs in the process, after `ms` of true time, unless the process has crashed.
    const settleAfter = (ms: number, settle: () => void, arrives = (): boolean => true): void => {
      const finish = (): void => {
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      this.#world.schedule.after(ms, () => {
        if (arrives() && (!this.dropsAnswersOfEnded || process.cuts === cuts)) process.deliver(finish);
      });
    };
    const fail = ([message, code]: readonly [string, string], ms: number): void => {
      const error = new TypeError('fetch failed', { cause: connectionError(message, code) });
      settleAfter(ms, () => reject(error));
    };
    const server = this.#servers.get(origin);
    const link = this.linkOf(process, origin);
    const [there, back] = [this.#latencyOf(process, origin), this.#latencyOf(process, origin)];
    if (server === undefined || link === 'refused') fail(links.refused, there);
    else if (link !== 'lost') {
      const request = requestOf(process, url, init, number);
      this.#world.schedule.after(there, () => {
        const answer = server(request);
        if (answer === 'hang') return;
        if (answer === 'reset') return fail(links.reset, back);
        const ms = (answer.afterMs ?? 0) + back;
        if ('fails' in answer) return settleAfter(ms, () => reject(answer.fails));
        const arrive = (): void => resolve(new RemoteAnswer(this.#world, process, answer, signal ?? undefined));
        settleAfter(ms, arrive, () => this.linkOf(process, origin) === 'open');
      });
    }
    return promise;
  }

  #originOf(url: string): string {
    const known = this.#origins.get(url);
    if (known !== undefined) return known;
    const { origin } = new URL(url);
    if (this.#origins.size < 1000) this.#origins.set(url, origin);
    return origin;
  }

  #latencyOf(process: VirtualProcess, origin: string): number {
    const name = `${process.name} ${origin}`;
    let random = this.#randoms.get(name);
    if (random === undefined) {
      random = this.#world.random.fork(`latency ${name}`);
      this.#randoms.set(name, random);
    }
    return random.between(this.latency.leastMs, this.latency.mostMs);
  }
}

function requestOf(from: VirtualProcess, url: string, init: RequestInit, number: number): Request {
  const { method = 'GET', headers, body, redirect = 'follow' } = init;
  return {
    method,
    url,
    headers: headers === undefined ? {} : Object.fromEntries(new Headers(headers)),
    body: typeof body === 'string' ? body : '',
    from,
    followsRedirects: redirect === 'follow',
    number,
  };
}

export function connectionError(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

function outcomeOf<T>(work: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): () => void {
  try {
    const value = work();
    return () => resolve(value);
  } catch (error) {
    return () => reject(error);
  }
}
