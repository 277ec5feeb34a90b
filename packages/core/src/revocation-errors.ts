import { setHidden } from './errors/hidden-field.ts';
import { ToriiError } from './errors.ts';
import { loggableCause } from './logs/cause.ts';

/** What the error says about an announcement that failed. */
export interface FailedAnnouncement {
  /** Repeats the announcement, and not the call of the API. */
  readonly announce: () => Promise<void>;
  /** The answer of the API, if the revocation was part of a call that Torii has carried out. May be `undefined`, as for a DELETE. */
  readonly answer?: unknown;
}

/**
 * A revocation could not be announced to the other servers, which may accept the tokens until they expire. `denialFor` returns
 * `undefined` for this error, because it is not a refusal of the caller's token.
 */
export class ToriiRevocationError extends ToriiError {
  protected static override readonly kinds: readonly string[] = ['ToriiRevocationError', 'ToriiError'];
  override readonly name = 'ToriiRevocationError';
  override readonly code = 'revocation_not_announced';
  /**
   * Repeats the announcement, and not the call of the API. Resolves when the store has accepted it. Not enumerable, so loggers do
   * not print it.
   * @throws ToriiRevocationError if it could not be announced again
   */
  declare readonly announce: () => Promise<void>;
  /**
   * The answer of the API, if the revocation was part of a call that Torii has carried out, such as `users.ban`. Not enumerable,
   * because it can hold data of the user.
   */
  declare readonly answer: unknown;

  constructor(failed: FailedAnnouncement, options?: ErrorOptions) {
    const isCarriedOut = Object.hasOwn(failed, 'answer');
    const begin = isCarriedOut ? 'Torii has carried out the call, but its revocation' : 'The revocation';
    const remedy = isCarriedOut ? 'Do not repeat the call. Call `announce()`' : 'Call `announce()`';
    super(
      `${begin} could not be announced, so other servers may accept the tokens until they expire. ${remedy} of this error to try again.`,
      options?.cause === undefined ? undefined : { cause: loggableCause(options.cause) },
    );
    setHidden(this, 'announce', failed.announce);
    setHidden(this, 'answer', isCarriedOut ? failed.answer : undefined);
  }
}
