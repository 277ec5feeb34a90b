import { EmulatorError } from '../errors.ts';

/** The parts of the emulator that can be counted and broken. */
export const surfaces = ['keys', 'api', 'signIn', 'session', 'webhooks'] as const;

/**
 * A part of the emulator that can be counted and broken: the key set, the REST API, signing in, a browser's session, and the
 * webhooks that it sends, whose faults stand between it and the receiver.
 */
export type Surface = (typeof surfaces)[number];

/** Where a fault goes: one surface, or every one of them. */
export type FaultTarget = Surface | 'all';

const cutPoints = ['request', 'answer', 'body'] as const;

/**
 * Where a connection is cut: at the `request`, of which nothing is done; at the `answer`, when all is done and nothing of
 * it is told; or half-way through the answer's `body`. A webhook that is cut later than at the `request` has arrived, and comes once more.
 */
export type CutPoint = (typeof cutPoints)[number];

/** For how long a fault stays. */
export interface FaultDuration {
  /** How many requests meet the fault before all is well again. Until `recover()` by default. */
  readonly times?: number;
}

/** How a surface fails. */
export interface FailOptions extends FaultDuration {
  /**
   * The status of the answer, 400 to 599.
   *
   * @default 503
   */
  readonly status?: number;
  /** Headers of the answer, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a connection is cut. */
export interface CutOptions extends FaultDuration {
  /** @default 'request' */
  readonly at?: CutPoint;
}

/** What happens to a request: another answer, a late one, or none. */
export type Fault =
  | { readonly kind: 'fail'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'cut'; readonly at: CutPoint };

/** A fault that is in place. */
export interface ActiveFault {
  readonly surface: Surface;
  readonly fault: Fault;
  /** How many more requests meet it; null for all of them. */
  readonly remaining: number | null;
}

/** As long as a timer of Node can be. */
const longestDelayMs = 2 ** 31 - 1;

/** The faults of one environment, at most one for each surface. */
export class Faults {
  readonly #active = new Map<Surface, { readonly fault: Fault; remaining: number }>();

  /** The faults that are in place. */
  get active(): readonly ActiveFault[] {
    return [...this.#active].map(([surface, { fault, remaining }]) => ({
      surface,
      fault,
      remaining: Number.isFinite(remaining) ? remaining : null,
    }));
  }

  fail(target: FaultTarget, { status = 503, headers = {}, times }: FailOptions = {}): void {
    check(Number.isInteger(status) && status >= 400 && status <= 599, 'status must be an error status, 400 to 599');
    check(areHeaders(headers), 'headers must be an object of header names and their values');
    this.#inject(target, { kind: 'fail', status, headers }, times);
  }

  delay(target: FaultTarget, delayMs: number, { times }: FaultDuration = {}): void {
    const fits = Number.isInteger(delayMs) && delayMs >= 0 && delayMs <= longestDelayMs;
    check(fits, `delayMs must be a whole number of milliseconds, 0 to ${longestDelayMs}`);
    this.#inject(target, { kind: 'delay', delayMs }, times);
  }

  cut(target: FaultTarget, { at = 'request', times }: CutOptions = {}): void {
    check(cutPoints.includes(at), `at must be one of ${cutPoints.join(', ')}`);
    this.#inject(target, { kind: 'cut', at }, times);
  }

  recover(target: FaultTarget = 'all'): void {
    for (const surface of surfacesOf(target)) this.#active.delete(surface);
  }

  /** The fault that the next request to a surface meets, counted as used. */
  take(surface: Surface): Fault | undefined {
    const active = this.#active.get(surface);
    if (active === undefined) return undefined;
    active.remaining -= 1;
    if (active.remaining <= 0) this.#end(active);
    return active.fault;
  }

  #inject(target: FaultTarget, fault: Fault, times = Number.POSITIVE_INFINITY): void {
    check(times === Number.POSITIVE_INFINITY || Number.isInteger(times), 'times must be a whole number');
    check(times > 0, 'times must be one or more');
    // One object for all of them: `times` counts the requests to `all`, and not to each surface.
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

/** Headers come from plain JavaScript and from requests too; one that cannot be sent would break the answer later. */
function areHeaders(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return false;
  if (!Object.values(headers).every((value) => typeof value === 'string')) return false;
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
