import { EmulatorError } from '../errors.ts';
import { isRecord } from '../fields.ts';

export const surfaces = ['keys', 'api', 'signIn', 'session', 'webhooks'] as const;

/**
 * A part of the emulator that counts its requests and can have a fault: the key set (`keys`), the REST API (`api`),
 * sign-in (`signIn`), browser sessions (`session`) and the webhooks it sends (`webhooks`). A webhook fault simulates a
 * failure between the emulator and the receiver.
 */
export type Surface = (typeof surfaces)[number];

/** The surface that a fault affects, or `all`. */
export type FaultTarget = Surface | 'all';

const cutPoints = ['request', 'answer', 'body'] as const;

/**
 * When a connection is closed. `request`: before the request is handled. `answer`: after it is handled, but before the
 * response is sent. `body`: after half of the response body is sent. With `answer` and `body`, a webhook reaches its
 * receiver and is then sent again.
 */
export type CutPoint = (typeof cutPoints)[number];

/** How long a fault lasts. */
export interface FaultDuration {
  /**
   * The number of requests that the fault affects, 1 or more.
   *
   * @default no limit: the fault lasts until `recover()`
   */
  readonly times?: number;
}

/** Options of `fail()`. */
export interface FailOptions extends FaultDuration {
  /**
   * The response status, 400 to 599.
   *
   * @default 503
   */
  readonly status?: number;
  /** Response headers, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Options of `cut()`. */
export interface CutOptions extends FaultDuration {
  /**
   * When the connection is closed.
   *
   * @default 'request'
   */
  readonly at?: CutPoint;
}

export type Fault =
  | { readonly kind: 'fail'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'cut'; readonly at: CutPoint };

export interface ActiveFault {
  readonly surface: Surface;
  readonly fault: Fault;
  readonly remaining: number | null;
}

/** The longest delay of a Node timer. A longer one would fire immediately. */
const longestDelayMs = 2 ** 31 - 1;

export class Faults {
  readonly #active = new Map<Surface, { readonly fault: Fault; remaining: number }>();

  get active(): readonly ActiveFault[] {
    return [...this.#active].map(([surface, { fault, remaining }]) => ({
      surface,
      fault,
      remaining: Number.isFinite(remaining) ? remaining : null,
    }));
  }

  fail(target: FaultTarget, { status = 503, headers = {}, times }: FailOptions = {}): void {
    check(Number.isInteger(status) && status >= 400 && status <= 599, 'status must be an error status, 400 to 599');
    check(areHeaders(headers), 'headers must be an object with valid header names and values');
    this.#inject(target, { kind: 'fail', status, headers }, times);
  }

  delay(target: FaultTarget, delayMs: number, { times }: FaultDuration = {}): void {
    const fits = Number.isInteger(delayMs) && delayMs >= 0 && delayMs <= longestDelayMs;
    check(fits, `delayMs must be a whole number of milliseconds from 0 to ${longestDelayMs}`);
    this.#inject(target, { kind: 'delay', delayMs }, times);
  }

  cut(target: FaultTarget, { at = 'request', times }: CutOptions = {}): void {
    check(cutPoints.includes(at), `at must be one of ${cutPoints.join(', ')}`);
    this.#inject(target, { kind: 'cut', at }, times);
  }

  recover(target: FaultTarget = 'all'): void {
    for (const surface of surfacesOf(target)) this.#active.delete(surface);
  }

  take(surface: Surface): Fault | undefined {
    const active = this.#active.get(surface);
    if (active === undefined) return undefined;
    active.remaining -= 1;
    if (active.remaining <= 0) this.#end(active);
    return active.fault;
  }

  #inject(target: FaultTarget, fault: Fault, times = Number.POSITIVE_INFINITY): void {
    check(times === Number.POSITIVE_INFINITY || Number.isInteger(times), 'times must be a whole number');
    check(times > 0, 'times must be 1 or more');
    // With `all`, the surfaces (key set, REST API, …) share one counter, so `times` limits their requests together.
    const active = { fault, remaining: times };
    for (const surface of surfacesOf(target)) this.#active.set(surface, active);
  }

  #end(ended: object): void {
    for (const [surface, active] of this.#active) {
      if (active === ended) this.#active.delete(surface);
    }
  }
}

function surfacesOf(target: FaultTarget): readonly Surface[] {
  if (target === 'all') return surfaces;
  check(surfaces.includes(target), `the surface must be one of ${surfaces.join(', ')}, all`);
  return [target];
}

/**
 * Whether the values are valid HTTP headers. They can come from untyped JavaScript or a request. Without this check, an
 * invalid header would throw later, when a response is sent.
 */
function areHeaders(headers: unknown): boolean {
  if (!isRecord(headers) || !Object.values(headers).every((value) => typeof value === 'string')) return false;
  try {
    new Headers(headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

function check(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new EmulatorError('option_invalid', `A fault cannot be injected: ${rule}.`);
}
