import type { AudienceRules } from '../token/claims.ts';
import { assertClaimNames, assertNoKey, type Options, readTexts, wrongOption } from './reader.ts';

/** The options that decide which tokens of an issuer are meant for this server. */
export interface AudienceOptions {
  /**
   * The accepted audiences: the `aud` claim must contain one of them. If absent, a token that has an `aud` claim, with any
   * value, is refused: it is meant for another server (RFC 7519 4.1.3).
   */
  readonly audience?: string | readonly string[];
  /**
   * The names of claims that every token must have. The value may be anything but `null`. Use this option, or
   * `refuseClaims`, if your issuer also signs tokens for other servers that have no `aud` claim.
   */
  readonly requireClaims?: string | readonly string[];
  /** The names of claims that no token may have, not even with the value `null`. */
  readonly refuseClaims?: string | readonly string[];
}

type AudienceOptionValues = Options<keyof AudienceOptions>;

/** @param always The claims without which a token is refused anyway. */
export function readAudienceRules(options: AudienceOptionValues, always: readonly string[]): AudienceRules {
  const requiredClaims = readClaimNames(options, 'requireClaims', "requireClaims: ['org_id']");
  const refusedClaims = readClaimNames(options, 'refuseClaims', "refuseClaims: ['scope']");
  if ([...always, ...requiredClaims].some((name) => refusedClaims.has(name)))
    throw wrongOption('refuseClaims', 'must not list a claim that every token must have');
  return {
    audiences: readAudiences(options),
    requiredClaims,
    refusedClaims,
  };
}

function readAudiences(options: AudienceOptionValues): ReadonlySet<string> | undefined {
  const example = "audience: 'https://api.example.com'";
  const audiences = readTexts(options, 'audience', example);
  for (const text of audiences ?? []) {
    assertNoKey('audience', text, example);
    // Not every comma or space: an audience may be any text (RFC 7519 4.1.3).
    if (/[\s,;]https?:\/\//.test(text)) throw wrongOption('audience', 'contains several URLs. Write them as a list');
  }
  return audiences;
}

function readClaimNames(
  options: AudienceOptionValues,
  option: 'requireClaims' | 'refuseClaims',
  example: string,
): ReadonlySet<string> {
  const names = readTexts(options, option, example) ?? new Set();
  assertClaimNames(option, names, example);
  if (names.has('aud')) throw wrongOption(option, 'must not list `aud`. Use `audience`');
  return names;
}
