import {
  type Auth,
  createVerifier,
  type RefusalDetail,
  type RevocationSource,
  ToriiAuthError,
  ToriiUnavailableError,
} from '@torii/core';
import type { Command } from 'commander';
import { addText, wholeNumber } from '../../arguments.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { readClockAhead } from '../../server-clock.ts';
import { settingsFrom } from '../../settings.ts';
import type { Pasted, TokenSourceOptions } from '../../token-source.ts';
import { describeNetworkError, isRefused } from '../doctor/exchange.ts';
import { goesThroughProxy } from '../doctor/machine.ts';

export interface VerifyOptions extends TokenSourceOptions {
  readonly issuer?: readonly string[];
  readonly audience?: readonly string[];
  readonly requireClaim?: readonly string[];
  readonly refuseClaim?: readonly string[];
  readonly environment?: readonly string[];
  readonly clockTolerance: number;
}

export interface Rules {
  readonly issuer: string | readonly string[];
  readonly audience?: readonly string[];
  readonly requireClaims?: readonly string[];
  readonly refuseClaims?: readonly string[];
  readonly environmentId?: string | readonly string[];
  readonly clockTolerance: number;
  readonly revocations?: RevocationSource;
}

export interface TokenRefusal {
  readonly reason: ToriiAuthError['reason'] | 'keys_unavailable';
  readonly message: string;
  readonly detail: RefusalDetail;
}

export interface Verdict {
  readonly auth?: Auth;
  readonly refusal?: TokenRefusal;
  /** The ids of the keys that the issuer publishes. `undefined` if the keys were not fetched. */
  readonly kids?: readonly string[];
  readonly keyProblem?: string;
  /** What to do if no connection to the issuer was possible. */
  readonly keyAdvice?: string;
  /**
   * How many seconds the issuer's clock is ahead of this machine's, according to the `Date` header of the last
   * response.
   */
  readonly clockAheadSeconds?: number;
}

export function addVerifyOptions(command: Command): Command {
  return command
    .option('--issuer <url>', 'accepted issuer; can be repeated (TORII_ISSUER)', addText)
    .option('--audience <text>', 'accepted audience; can be repeated; default: none', addText)
    .option('--require-claim <name>', 'claim that the token must have; can be repeated', addText)
    .option('--refuse-claim <name>', 'claim that the token must not have; can be repeated', addText)
    .option('--environment <id>', 'accepted environment; can be repeated; default: any (TORII_ENVIRONMENT_ID)', addText)
    .option('--clock-tolerance <seconds>', 'allowed clock difference, 0 to 300', wholeNumber(0, 300), 30);
}

export function rulesFrom(context: Context, options: VerifyOptions): Rules {
  const { issuer, audience, requireClaim, refuseClaim, environment, clockTolerance } = options;
  const find = settingsFrom(context, options);
  const chosen = issuer ?? find('TORII_ISSUER')?.text;
  const environmentId = environment ?? find('TORII_ENVIRONMENT_ID')?.text;
  if (chosen === undefined) {
    throw new UsageError('The issuer is missing. Use --issuer https://acme.torii.so, or set TORII_ISSUER.', 'issuer');
  }
  return {
    issuer: chosen,
    ...(audience !== undefined && { audience }),
    ...(requireClaim !== undefined && { requireClaims: requireClaim }),
    ...(refuseClaim !== undefined && { refuseClaims: refuseClaim }),
    ...(environmentId !== undefined && { environmentId }),
    clockTolerance,
  };
}

export async function judge(pasted: Pasted, rules: Rules): Promise<Verdict> {
  let detail: RefusalDetail = {};
  const seen: { kids?: readonly string[]; keyProblem?: string; keyAdvice?: string; clockAheadSeconds?: number } = {};
  const verifier = createVerifier({
    ...rules,
    async fetch(url, init) {
      const response = await fetch(url, init).catch((error: unknown) => {
        const { href } = new URL(typeof url === 'object' && 'url' in url ? url.url : url);
        if (!goesThroughProxy(process.env, href) && isRefused(error))
          seen.keyAdvice = describeNetworkError(href, error).advice;
        throw error;
      });
      const clockAheadSeconds = readClockAhead(response.headers, Date.now());
      if (clockAheadSeconds !== undefined) seen.clockAheadSeconds = clockAheadSeconds;
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
    // Cannot happen: a verifier loads neither policies nor tokens, and the revocations were read before.
    if (reason === 'policy_unavailable' || reason === 'token_unavailable' || reason === 'revocations_unavailable')
      throw error;
    return { ...seen, refusal: { reason, message, detail } };
  }
}

/** Reads the issuer's time from its response to a request for keys. Verifies a made-up token to cause that request. */
export async function lookAtIssuer(issuer: string, kid: string, rules: Rules): Promise<Verdict> {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: issuer, sub: 'nobody', pid: 'nowhere', iat: now, exp: now + 60 };
  const token = `${encode({ alg: 'ES256', kid })}.${encode(claims)}.${Buffer.alloc(64, 1).toString('base64url')}`;
  return judge({ token }, { issuer: rules.issuer, clockTolerance: rules.clockTolerance });
}
