/** Why a token, or a request that carries a token, was refused. These codes are public and never change meaning. */
export type AuthReason =
  | 'token_missing'
  | 'scheme_unsupported'
  | 'header_malformed'
  | 'token_malformed'
  | 'algorithm_refused'
  | 'key_unknown'
  | 'signature_invalid'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_revoked'
  | 'token_lifetime_refused'
  | 'issuer_refused'
  | 'audience_refused'
  | 'environment_refused'
  | 'claim_missing'
  | 'claim_malformed';

/**
 * Why no decision was possible: the issuer's keys or the authorization policy could not be loaded, or it is not known which
 * tokens were revoked. `token_unavailable`: Torii could not be asked for the token of a template.
 */
export type UnavailableReason =
  | 'keys_unavailable'
  | 'policy_unavailable'
  | 'revocations_unavailable'
  | 'token_unavailable';

/** Every reason for which a request can be refused. */
export type Reason = AuthReason | 'request_malformed' | 'not_allowed' | UnavailableReason;
