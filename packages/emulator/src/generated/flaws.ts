// Written by `npm run generate` from conformance/data/cases.json. Do not edit.
import type { FlawedToken } from '../tokens/flawed-token.ts';

/** The flaw of a token that every verifier must refuse. */
export type Flaw =
  | 'expired'
  | 'expired_just_past_the_leeway'
  | 'not_yet_valid'
  | 'issued_in_the_future'
  | 'longer_issuer'
  | 'signed_by_stranger'
  | 'null_sub'
  | 'empty_sub'
  | 'exp_not_a_number'
  | 'act_not_an_object'
  | 'other_audience'
  | 'null_audience'
  | 'empty_audience'
  | 'unsigned'
  | 'signed_with_public_key'
  | 'signed_with_trimmed_public_key'
  | 'unsigned_with_an_empty_signature'
  | 'with_its_own_key'
  | 'without_exp'
  | 'with_unknown_crit'
  | 'altered_after_signing';

/** How to make each flawed token, and why verifiers of `@torii/core` refuse it. */
export const flaws: Readonly<Record<Flaw, FlawedToken>> = {
  "expired": {
    "reason": "token_expired",
    "meaning": "an expired token",
    "expiresInSeconds": -301
  },
  "expired_just_past_the_leeway": {
    "reason": "token_expired",
    "meaning": "a token that expired 31 seconds ago",
    "expiresInSeconds": -31
  },
  "not_yet_valid": {
    "reason": "token_not_yet_valid",
    "meaning": "a token that is not valid yet",
    "claims": {
      "nbf": 4102444800
    }
  },
  "issued_in_the_future": {
    "reason": "token_not_yet_valid",
    "meaning": "a token that was issued in the future",
    "claims": {
      "iat": 4102444800,
      "exp": 4102445100
    }
  },
  "longer_issuer": {
    "reason": "issuer_refused",
    "meaning": "an issuer that starts with the configured issuer",
    "claims": {
      "iss": "{issuer}.evil.test"
    }
  },
  "signed_by_stranger": {
    "reason": "signature_invalid",
    "meaning": "a signature by another key under a known key id",
    "signedBy": "stranger"
  },
  "null_sub": {
    "reason": "claim_missing",
    "meaning": "a token without sub",
    "claims": {
      "sub": null
    }
  },
  "empty_sub": {
    "reason": "claim_malformed",
    "meaning": "an empty sub",
    "claims": {
      "sub": ""
    }
  },
  "exp_not_a_number": {
    "reason": "claim_malformed",
    "meaning": "an exp that is not a number",
    "claims": {
      "exp": "never"
    }
  },
  "act_not_an_object": {
    "reason": "claim_malformed",
    "meaning": "an act claim that is not an object",
    "claims": {
      "act": "support"
    }
  },
  "other_audience": {
    "reason": "audience_refused",
    "meaning": "a token with an audience, although none is configured",
    "claims": {
      "aud": "https://other.test"
    }
  },
  "null_audience": {
    "reason": "audience_refused",
    "meaning": "a token with the audience null",
    "claims": {
      "aud": null
    }
  },
  "empty_audience": {
    "reason": "audience_refused",
    "meaning": "a token with an empty list of audiences",
    "claims": {
      "aud": []
    }
  },
  "unsigned": {
    "reason": "algorithm_refused",
    "meaning": "an unsigned token (alg none)",
    "header": {
      "alg": "none"
    },
    "signature": "AAAA"
  },
  "signed_with_public_key": {
    "reason": "algorithm_refused",
    "meaning": "a token that is signed with the public key as the secret of HS256",
    "header": {
      "alg": "HS256"
    },
    "signedBy": "public key"
  },
  "signed_with_trimmed_public_key": {
    "reason": "algorithm_refused",
    "meaning": "a token that is signed with the public key without its last line break",
    "header": {
      "alg": "HS256"
    },
    "signedBy": "trimmed public key"
  },
  "unsigned_with_an_empty_signature": {
    "reason": "token_malformed",
    "meaning": "an unsigned token with an empty signature",
    "header": {
      "alg": "none"
    },
    "signature": ""
  },
  "with_its_own_key": {
    "reason": "signature_invalid",
    "meaning": "a token that contains the key of its signature",
    "header": {
      "jwk": "{stranger}"
    },
    "signedBy": "stranger"
  },
  "without_exp": {
    "reason": "claim_missing",
    "meaning": "a token without exp",
    "omitClaims": [
      "exp"
    ]
  },
  "with_unknown_crit": {
    "reason": "token_malformed",
    "meaning": "a token with an unknown critical header",
    "header": {
      "crit": [
        "x"
      ],
      "x": 1
    }
  },
  "altered_after_signing": {
    "reason": "signature_invalid",
    "meaning": "a token whose claims were changed after it was signed",
    "alteredTo": {
      "sub": "root",
      "org_id": "acme",
      "org_role": "org:administrator"
    }
  }
};
