import { type Auth, createVerifier, type RefusalDetail, ToriiAuthError, ToriiUnavailableError } from '@torii/core';
import type { Command } from 'commander';
import { wholeNumber } from '../../arguments.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { settingsFrom } from '../../settings.ts';
import type { Pasted, TokenSourceOptions } from './source.ts';

/** What the options of {@link addVerifyOptions} say. */
export interface VerifyOptions extends TokenSourceOptions {
  readonly issuer?: readonly string[];
  readonly audience?: readonly string[];
  readonly environment?: readonly string[];
  readonly clockTolerance: number;
}

/** By what a token is judged. */
export interface Rules {
  readonly issuer: string | readonly string[];
  readonly audience?: readonly string[];
  readonly environmentId?: readonly string[];
  readonly clockTolerance: number;
}

/** Why a token was refused, in the verifier's own words. */
export interface TokenRefusal {
  readonly reason: ToriiAuthError['reason'] | Exclude<ToriiUnavailableError['reason'], 'policy_unavailable'>;
  readonly message: string;
  readonly detail: RefusalDetail;
}

/** What the verifier said of a token, and what it saw on the way. */
export interface Verdict {
  readonly auth?: Auth;
  readonly refusal?: TokenRefusal;
  /** The ids of the keys that the issuer publishes; undefined where nobody had to ask. */
  readonly kids?: readonly string[];
  /** Why the keys could not be fetched. */
  readonly keyProblem?: string;
  /** By how many seconds the issuer's clock is ahead of this one, as its last answer said. */
  readonly clockAheadSeconds?: number;
}

/** Adds by what a token is judged. */
export function addVerifyOptions(command: Command): Command {
  return command
    .option('--issuer <url>', 'who must have issued it; can be given several times (TORII_ISSUER)', addText)
    .option('--audience <text>', 'for whom it must be; left out, nobody looks', addText)
    .option('--environment <id>', 'of which environment it must be; left out, any of the issuer’s', addText)
    .option('--clock-tolerance <seconds>', 'by how much clocks may differ, 0 to 300', wholeNumber(0, 300), 30);
}

/** @throws UsageError where nobody said which issuer */
export function rulesFrom(context: Context, options: VerifyOptions): Rules {
  const { issuer, audience, environment, clockTolerance } = options;
  const chosen = issuer ?? settingsFrom(context, options)('TORII_ISSUER')?.text;
  if (chosen === undefined) {
    throw new UsageError('Nobody said which issuer: give --issuer https://acme.torii.so, or set TORII_ISSUER.');
  }
  return {
    issuer: chosen,
    ...(audience !== undefined && { audience }),
    ...(environment !== undefined && { environmentId: environment }),
    clockTolerance,
  };
}

/**
 * Has core's verifier judge a token, and listens. The verdict is core's alone.
 *
 * @throws ToriiConfigError for rules that make no sense
 */
export async function judge(pasted: Pasted, rules: Rules): Promise<Verdict> {
  let detail: RefusalDetail = {};
  const seen: { kids?: readonly string[]; keyProblem?: string; clockAheadSeconds?: number } = {};
  const verifier = createVerifier({
    ...rules,
    async fetch(url, init) {
      const response = await fetch(url, init);
      const date = Date.parse(response.headers.get('date') ?? '');
      // It has whole seconds: half of one is the better guess.
      if (!Number.isNaN(date)) seen.clockAheadSeconds = (date + 500 - Date.now()) / 1000;
      return response;
    },
    onEvent(event) {
      if (event.type === 'refused') detail = event.detail;
      if (event.type === 'keys_fetched') seen.kids = event.kids;
      if (event.type === 'keys_failed') seen.keyProblem = event.problem;
    },
  });
  try {
    const auth =
      'token' in pasted
        ? await verifier.verify(pasted.token)
        : await verifier.authenticate({ headers: { authorization: pasted.headers } });
    return { ...seen, auth };
  } catch (error) {
    if (!(error instanceof ToriiAuthError || error instanceof ToriiUnavailableError)) throw error;
    const { reason, message } = error;
    // A verifier has no policy.
    if (reason === 'policy_unavailable') throw error;
    return { ...seen, refusal: { reason, message, detail } };
  }
}

/** Has the verifier look at the issuer alone: a token of no one, by a key that may be there, makes it fetch the keys. */
export async function lookAtIssuer(issuer: string, kid: string, rules: Rules): Promise<Verdict> {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: issuer, sub: 'nobody', pid: 'nowhere', iat: now, exp: now + 60 };
  const token = `${encode({ alg: 'ES256', kid })}.${encode(claims)}.${Buffer.alloc(64, 1).toString('base64url')}`;
  return judge({ token }, { issuer: rules.issuer, clockTolerance: rules.clockTolerance });
}

function addText(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}
