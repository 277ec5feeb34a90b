import { EmulatorError } from './errors.ts';

const surfaces = ['keys', 'api', 'signIn'] as const;

/** A part of the emulator that a test can count and break: the key set, the REST API, signing in. */
export type Surface = (typeof surfaces)[number];

/** How a surface fails. */
export interface FailOptions {
  /**
   * The status of the answer, 400 to 599.
   *
   * @default 503
   */
  readonly status?: number;
  /** Headers of the answer, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How many requests fail before the surface is well again. Until `recover()` by default. */
  readonly times?: number;
}

/** What happens to a request instead of its answer. A union to be: each kind says what it needs. */
export interface Fault {
  readonly kind: 'fail';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The faults that are in place, at most one for each surface. */
export class Faults {
  readonly #active = new Map<Surface, { readonly fault: Fault; remaining: number }>();

  fail(surface: Surface, { status = 503, headers = {}, times = Number.POSITIVE_INFINITY }: FailOptions = {}): void {
    if (!surfaces.includes(surface)) {
      throw new EmulatorError('option_invalid', `fail(): the surface must be one of ${surfaces.join(', ')}.`);
    }
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new EmulatorError('option_invalid', 'fail(): status must be an error status, 400 to 599.');
    }
    if (!(times > 0)) throw new EmulatorError('option_invalid', 'fail(): times must be one or more.');
    this.#active.set(surface, { fault: { kind: 'fail', status, headers }, remaining: times });
  }

  recover(surface?: Surface): void {
    if (surface === undefined) this.#active.clear();
    else this.#active.delete(surface);
  }

  /** The fault that the next request to a surface meets, counted as used. */
  take(surface: Surface): Fault | undefined {
    const active = this.#active.get(surface);
    if (active === undefined) return undefined;
    active.remaining -= 1;
    if (active.remaining <= 0) this.#active.delete(surface);
    return active.fault;
  }
}
