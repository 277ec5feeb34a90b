import { isAuth } from './auth.ts';
import { wallMs } from './platform.ts';

/** The parts of a response that are read, for example of Node's `ServerResponse`. */
export interface KeptResponse {
  readonly writableEnded: boolean;
  once?(event: 'close', listener: () => void): unknown;
}

/** A request whose Auth `currentAuth` finds. Copies of other versions of this package read `place`, `read` and `hasEnded`. */
export class KeptRequest<Request> {
  readonly place: string;
  readonly read: () => unknown;
  readonly hasEnded: () => boolean;
  readonly #readAuth: (request: Request) => unknown;
  // `undefined` once the end is noticed: at `close`, when the handlers return, or at a call of `currentAuth`. Connections and timers
  // that were created during the request keep this object in memory, and should not keep the request too.
  #open: { readonly request: Request; readonly response: KeptResponse | undefined } | undefined;
  #isHandled = false;
  #isClosed = false;

  constructor(
    place: string,
    readAuth: (request: Request) => unknown,
    request: Request,
    response: KeptResponse | undefined,
  ) {
    this.place = place;
    this.#readAuth = readAuth;
    this.#open = { request, response };
    this.read = () => this.#open && this.#readAuth(this.#open.request);
    this.hasEnded = () => this.#endIfOver();
    response?.once?.('close', () => {
      this.#isClosed = true;
      this.#endIfOver();
    });
  }

  isOf(request: Request): boolean {
    return this.#open?.request === request;
  }

  /** Call it when the handlers have returned, if the framework shows that. */
  markHandled(): void {
    this.#isHandled = true;
    this.#endIfOver();
  }

  #endIfOver(): boolean {
    if (this.#open !== undefined && this.#isOver(this.#open.response)) this.#open = undefined;
    return this.#open === undefined;
  }

  #isOver(response: KeptResponse | undefined): boolean {
    if (response === undefined) return this.#isHandled;
    if (response.writableEnded) return true;
    // The client has disconnected. The handler may still run, or may never end the response.
    return this.#isClosed && (this.#isHandled || this.#hasExpired());
  }

  #hasExpired(): boolean {
    const auth = this.read();
    return isAuth(auth) && auth.expiresAt * 1000 <= wallMs();
  }
}
