import type { IncomingMessage } from 'node:http';
import { type Auth, ToriiAuthError, ToriiUnavailableError, type Verifier } from '@torii/core';
import type { EndReason, Revocations } from '@torii/revocation';
import type { RawData, WebSocket } from 'ws';
import { closeCodes, parseClientMessage, type ServerMessage } from './messages.ts';

/** The sessions that receive what is said. */
export type Sessions = Set<Session>;

export interface SessionParts {
  readonly verifier: Verifier;
  readonly revocations: Revocations;
  readonly signedIn: Sessions;
  readonly signInMs: number;
}

const endCodes = {
  token_expired: closeCodes.signedOut,
  token_revoked: closeCodes.signedOut,
  revocations_unavailable: closeCodes.tryAgainLater,
} as const satisfies Record<EndReason, number>;

// A client that does not answer the closing handshake is cut off.
const closeMs = 1_000;
// A client that does not read what the others say is cut off too.
const maxUnsentBytes = 1_000_000;

/** One socket, from the handshake until it is closed. */
export class Session {
  readonly #socket: WebSocket;
  readonly #parts: SessionParts;
  #auth: Auth | undefined;
  /** Aborted when another token takes over, and at the end. */
  #watch = new AbortController();
  #signInTimer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #isOver = false;

  constructor(socket: WebSocket, parts: SessionParts) {
    this.#socket = socket;
    this.#parts = parts;
  }

  begin(handshake: IncomingMessage): void {
    const { verifier, signInMs } = this.#parts;
    this.#signInTimer = setTimeout(() => this.#end(closeCodes.signedOut, 'token_missing'), signInMs);
    this.#socket.on('message', (data) => this.#inTurn(() => this.#receive(data)));
    // A message that is too large or malformed. `ws` closes the socket.
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#forget());
    // The token of a cookie, or of an Authorization header.
    this.#inTurn(() => this.#signIn(verifier.authenticate(handshake, { optional: true })));
  }

  /** Handles messages one after the other. Until they are done, no more are read from the socket. */
  #inTurn(task: () => Promise<void>): void {
    this.#waiting += 1;
    this.#socket.pause();
    this.#work = this.#work
      .then(() => (this.#isOver ? undefined : task()))
      .catch((error: unknown) => {
        console.error(error);
        this.#end(closeCodes.internalError, 'internal_error');
      })
      .then(() => {
        this.#waiting -= 1;
        if (this.#waiting === 0) this.#socket.resume();
      });
  }

  async #receive(data: RawData): Promise<void> {
    const message = parseClientMessage(String(data));
    if (message === undefined) this.#end(closeCodes.wrongMessage, 'message_malformed');
    else if (message.type === 'token') await this.#signIn(this.#parts.verifier.verify(message.token));
    else if (this.#auth === undefined) this.#end(closeCodes.signedOut, 'token_missing');
    else this.#say(message.text, this.#auth);
  }

  /** Serves the user of a token from now on. A client renews its token by sending a new one of the same user. */
  async #signIn(verifying: Promise<Auth | null>): Promise<void> {
    let auth: Auth | null;
    try {
      auth = await verifying;
    } catch (error) {
      if (error instanceof ToriiAuthError) return this.#end(closeCodes.signedOut, error.reason);
      if (error instanceof ToriiUnavailableError) return this.#end(closeCodes.tryAgainLater, error.reason);
      throw error;
    }
    if (auth === null || this.#isOver) return;
    if (this.#auth !== undefined && !isSameUser(this.#auth, auth)) {
      return this.#end(closeCodes.signedOut, 'other_user');
    }
    clearTimeout(this.#signInTimer);
    this.#auth = auth;
    this.#watchToken(auth);
    this.#parts.signedIn.add(this);
    this.send({ type: 'signed_in', userId: auth.userId, expiresAt: auth.expiresAt });
  }

  #watchToken(auth: Auth): void {
    this.#watch.abort();
    this.#watch = new AbortController();
    const { signal } = this.#watch;
    this.#parts.revocations.untilRevoked(auth, { signal }).then(
      (reason) => this.#end(endCodes[reason], reason),
      (error: unknown) => {
        if (signal.aborted) return;
        console.error(error);
        this.#end(closeCodes.internalError, 'internal_error');
      },
    );
  }

  #say(text: string, { userId }: Auth): void {
    for (const session of this.#parts.signedIn) session.send({ type: 'said', userId, text });
  }

  send(message: ServerMessage): void {
    if (this.#socket.bufferedAmount > maxUnsentBytes) this.#socket.terminate();
    else this.#socket.send(JSON.stringify(message));
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#forget();
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), closeMs).unref();
  }

  /** From now on, nothing is received or sent. */
  #forget(): void {
    this.#isOver = true;
    this.#watch.abort();
    this.#parts.signedIn.delete(this);
    clearTimeout(this.#signInTimer);
  }
}

function isSameUser(one: Auth, other: Auth): boolean {
  return one.userId === other.userId && one.actor?.userId === other.actor?.userId;
}
