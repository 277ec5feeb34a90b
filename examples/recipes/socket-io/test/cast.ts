import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createVerifier } from '@torii/core';
import { type Emulator, startEmulator, type TokenOptions } from '@torii/emulator';
import { createRevocations, memoryFeed, type Revocations } from '@torii/revocation';
import { Server } from 'socket.io';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { serveChat } from '../src/chat.ts';

export type ClientOptions = Partial<ManagerOptions & SocketOptions>;

/** What a client sees of a refusal: an error in the event `connect_error`. */
export interface Refusal {
  readonly message: string;
  readonly data?: { readonly code: string; readonly reason: string; readonly retryAfterSeconds: number };
}

export const member = { organization: { id: 'acme', role: 'org:member' } };
export const admin = { organization: { id: 'acme', role: 'org:administrator' } };

/** Resolves with the arguments of the next event. */
export function nextEvent(client: Pick<Socket, 'once'>, event: string): Promise<unknown[]> {
  return new Promise((resolve) => client.once(event, (...values: unknown[]) => resolve(values)));
}

/** Runs the emulator and the chat, until `close` is called. */
export class Cast {
  readonly emulator: Emulator;
  readonly revocations: Revocations;
  readonly #servers: Server[] = [];
  readonly #clients: Socket[] = [];

  private constructor(emulator: Emulator) {
    const { issuer, environmentId } = emulator;
    this.emulator = emulator;
    this.revocations = createRevocations({ issuer, environmentId, feed: memoryFeed() });
  }

  /** Returns the cast, the URL of the chat, and its server. */
  static async start(): Promise<{ readonly cast: Cast; readonly url: string; readonly chat: Server }> {
    const cast = new Cast(await startEmulator());
    const { emulator, revocations } = cast;
    const verifier = createVerifier({ issuer: emulator.issuer, revocations });
    const { url, server } = await cast.#listen((http) => serveChat(http, verifier, revocations));
    return { cast, url, chat: server };
  }

  /** Serves an app of the test's own. Returns its URL. */
  async serve(setUp: (server: Server) => void): Promise<string> {
    const { url } = await this.#listen((http) => {
      const server = new Server(http);
      setUp(server);
      return server;
    });
    return url;
  }

  async #listen(create: (http: HttpServer) => Server): Promise<{ readonly url: string; readonly server: Server }> {
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    const server = create(http);
    this.#servers.push(server);
    return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, server };
  }

  /** Begins to connect. */
  open(url: string, options: ClientOptions = {}): Socket {
    return this.watch(io(url, { forceNew: true, reconnection: false, ...options }));
  }

  /** Disconnects a client at the end. */
  watch(client: Socket): Socket {
    this.#clients.push(client);
    return client;
  }

  /** Options of a client with a token. */
  async withToken(options?: TokenOptions): Promise<{ readonly auth: { readonly token: string } }> {
    return { auth: { token: await this.emulator.token(options) } };
  }

  /** Connects with a token. */
  async join(url: string, options?: TokenOptions): Promise<Socket> {
    const client = this.open(url, await this.withToken(options));
    const outcome = await this.#outcome(client);
    if (outcome !== undefined) throw outcome;
    return client;
  }

  /** Returns how the server refuses a client. */
  async refusal(url: string, options?: ClientOptions): Promise<Refusal> {
    const outcome = await this.#outcome(this.open(url, options));
    if (outcome === undefined) throw new Error('The client was not refused.');
    return outcome;
  }

  #outcome(client: Socket): Promise<Refusal | undefined> {
    return new Promise((resolve) => client.once('connect', () => resolve(undefined)).once('connect_error', resolve));
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    for (const server of this.#servers) await server.close();
    await this.revocations.close();
    await this.emulator.stop();
  }
}
