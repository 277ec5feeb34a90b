// Each name is written out: `in` with a variable takes ten times as long, and these functions run for every call.

/** Which options of `verifyToken` an object has. */
export function presentVerifyOptions(given: object): number {
  return (
    bit(0, 'issuer' in given) |
    bit(1, 'audience' in given) |
    bit(2, 'requireClaims' in given) |
    bit(3, 'refuseClaims' in given) |
    bit(4, 'environmentId' in given) |
    bit(5, 'clockTolerance' in given) |
    bit(6, 'maxStaleSeconds' in given) |
    bit(7, 'keysTimeoutMs' in given) |
    bit(8, 'cachedTokens' in given) |
    bit(9, 'fetch' in given) |
    bit(10, 'keys' in given) |
    bit(11, 'initialKeys' in given) |
    bit(12, 'revocations' in given) |
    bit(13, 'onEvent' in given)
  );
}

/** Which options of `authenticateRequest` an object has. */
export function presentOptions(given: object): number {
  return (
    presentVerifyOptions(given) |
    bit(14, 'header' in given) |
    bit(15, 'cookie' in given) |
    bit(16, 'origins' in given) |
    bit(17, 'publicPaths' in given) |
    bit(18, 'allowPreflight' in given) |
    bit(19, 'checks' in given) |
    bit(20, 'scheme' in given) |
    bit(21, 'allowNonBrowsers' in given) |
    bit(22, 'observe' in given)
  );
}

function bit(position: number, isSet: boolean): number {
  return isSet ? 1 << position : 0;
}
