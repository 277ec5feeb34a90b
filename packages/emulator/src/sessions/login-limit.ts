import type { Clock } from '../clock.ts';
import { Problem } from '../http/problem.ts';
import { digestOf } from '../secret.ts';

const windowMs = 60_000;
/** By what factor the limit for an address is higher than the limit for an email. */
const addressFactor = 10;
/** How many attempts are allowed for each failure that is allowed. */
const attemptFactor = 30;
const maxSubjects = 10_000;

interface Tally {
  sinceMs: number;
  attempts: number;
  failures: number;
  /** The attempts whose outcome is not known yet. */
  readonly pending: Set<Promise<unknown>>;
}

interface Limits {
  readonly attempts: number;
  readonly failures: number;
}

/** An email or an address whose attempts are counted. */
interface Subject {
  readonly subject: string;
  readonly limits: Limits;
}

interface Attempt<T> {
  /** The email in the form that is compared, or `undefined` if the attempt is for no account. */
  readonly email?: string;
  /** The address of the client. */
  readonly address: string;
  readonly work: () => Promise<T>;
  readonly isFailure: (outcome: T) => boolean;
}

/** Limits the login attempts per email and per client address in one minute of the emulator's clock. */
export class LoginLimit {
  readonly #clock: Clock;
  readonly #failuresPerMinute: number;
  // In the order in which the windows began, so that the first entry is the oldest.
  readonly #tallies = new Map<string, Tally>();

  constructor(clock: Clock, failuresPerMinute: number) {
    this.#clock = clock;
    this.#failuresPerMinute = failuresPerMinute;
  }

  /**
   * Runs an attempt. Attempts that are made at once do not get around the limit: an attempt waits while those before it
   * could still use up the allowed failures.
   *
   * @throws Problem 429 `too_many_attempts` with Retry-After
   */
  async attempt<T>({ email, address, work, isFailure }: Attempt<T>): Promise<T> {
    const subjects = [{ subject: `address:${address}`, limits: this.#limits(addressFactor) }];
    // An email in a body can be long. A digest bounds the memory.
    if (email !== undefined) subjects.push({ subject: `email:${digestOf(email)}`, limits: this.#limits(1) });

    // The address comes first: a flood from one address must not fill the list with emails, which would drop older counts.
    for (const { subject, limits } of subjects) {
      const tally = this.#tallyOf(subject);
      tally.attempts += 1;
      if (tally.attempts > limits.attempts || tally.failures >= limits.failures) throw this.#tooMany(tally);
    }
    const tallies = await this.#turnOf(subjects);
    const running = work();
    const settled = running
      .then(isFailure, () => false)
      .then((failed) => {
        for (const tally of tallies) {
          tally.pending.delete(settled);
          if (failed) tally.failures += 1;
        }
      });
    for (const tally of tallies) tally.pending.add(settled);
    await settled;
    return running;
  }

  #limits(factor: number): Limits {
    const failures = this.#failuresPerMinute * factor;
    return { failures, attempts: failures * attemptFactor };
  }

  async #turnOf(subjects: readonly Subject[]): Promise<readonly Tally[]> {
    for (;;) {
      const tallies = subjects.map(({ subject, limits }) => ({ tally: this.#tallyOf(subject), limits }));
      const refused = tallies.find(({ tally, limits }) => tally.failures >= limits.failures);
      if (refused !== undefined) throw this.#tooMany(refused.tally);
      const full = tallies.find(({ tally, limits }) => tally.failures + tally.pending.size >= limits.failures);
      if (full === undefined) return tallies.map(({ tally }) => tally);
      await Promise.race(full.tally.pending);
    }
  }

  #tallyOf(subject: string): Tally {
    const now = this.#clock.now().getTime();
    const known = this.#tallies.get(subject);
    if (known !== undefined && isOpen(known, now)) return known;
    const tally = { sinceMs: now, attempts: 0, failures: 0, pending: known?.pending ?? new Set() };
    this.#tallies.delete(subject);
    this.#tallies.set(subject, tally);
    for (const [oldest, { sinceMs }] of this.#tallies) {
      if (this.#tallies.size <= maxSubjects && now - sinceMs < windowMs) break;
      this.#tallies.delete(oldest);
    }
    return tally;
  }

  #tooMany({ sinceMs }: Tally): Problem {
    const seconds = Math.ceil((sinceMs + windowMs - this.#clock.now().getTime()) / 1000);
    return new Problem(429, 'too_many_attempts', 'There were too many sign-in attempts. Try again later.', {
      headers: { 'retry-after': String(Math.max(1, seconds)) },
    });
  }
}

/** Whether the window of a tally has not ended. It has if the system time went back, as with fake timers. */
function isOpen({ sinceMs }: Tally, now: number): boolean {
  return now >= sinceMs && now - sinceMs < windowMs;
}
