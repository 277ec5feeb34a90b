// For options of ours, names of other libraries that have the same purpose, in lower case.
const synonyms: ReadonlyMap<string, string> = new Map([
  ['publicPaths', 'skip publicroutes ignoredroutes unless except exclude ignore allowlist whitelist unprotectedroutes'],
  ['skip', 'publicpaths publicroutes ignoredroutes unless exclude'],
  ['origins', 'authorizedparties azp'],
  ['keys', 'jwtkey publickey'],
  ['key', 'jwtkey publickey'],
  ['jwks', 'jwksuri jwksurl'],
  ['algorithms', 'alg'],
  ['issuer', 'domain iss jwksuri jwksurl baseurl url frontendapi'],
  ['audience', 'aud'],
  ['clockTolerance', 'clockskew clockskewinms leeway'],
  ['environmentId', 'projectid appid'],
  ['checks', 'role roles permissions scopes authorize'],
  ['secretKey', 'apikey token key secret'],
  ['apiUrl', 'baseurl'],
  ['payload', 'body rawbody'],
  ['permissions', 'roles policy rbac document store'],
  ['tenant', 'header slug'],
  ['subject', 'sub userid'],
  ['allowedStreams', 'streams channels'],
  ['signInPath', 'signinurl loginurl loginpath'],
]);

const otherIssuer = 'For tokens that Torii did not issue, use createJwtVerifier of @torii/core/jwt';
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['onError', 'It is an option of guards. Write requireAuth(verifier, { onError })'],
  ['issuer', 'It is an option of createVerifier'],
  ['optional', 'Use optionalAuth, or pass { optional: true } to `check` or `authenticate`'],
  ['secretKey', 'Only createToriiClient of @torii/api takes a secret key'],
  ['verifier', 'Pass the verifier itself'],
  ['credentialsRequired', 'Use optionalAuth for `false`, and requireAuth for `true`'],
  ['publishableKey', 'Leave it out'],
  ['clientId', 'Leave it out'],
  ['algorithms', `Torii signs with ES256: leave it out. ${otherIssuer}`],
  ['jwks', otherIssuer],
  ['secret', otherIssuer],
]);

/** The option of ours that another library calls by this name. */
export function synonymOf(name: string, known: readonly string[]): string | undefined {
  const plain = plainName(name);
  return known.find((each) => synonyms.get(each)?.split(' ').includes(plain));
}

/** The option of ours whose name is a part of this name, such as `issuerBaseURL`, or the other way round. */
export function partnerOf(name: string, known: readonly string[]): string | undefined {
  const plain = plainName(name);
  return (
    known.find((each) => each.length > 3 && plain.includes(each.toLowerCase())) ??
    known.find((each) => plain.length > 5 && each.toLowerCase().includes(plain))
  );
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/** What to do with an option that belongs to another function, or to none. */
export function placeOf(name: string): string | undefined {
  return elsewhere.get(name);
}
