import { nearestName, plain } from './nearest-name.ts';

/**
 * What to write instead of option names of other libraries, or of other functions of Torii. A key is a Torii option or a
 * sentence. Its value lists the names that it replaces, in lower case and without `_`. A name that shares a word with a Torii
 * option needs no entry.
 */
export type Hints = Readonly<Record<string, string>>;

export const verifyHints: Hints = {
  issuer: 'iss domain url baseurl frontendapi',
  keys: 'jwtkey publickey',
  audience: 'aud',
  clockTolerance: 'leeway',
  environmentId: 'projectid appid',
  revocations: 'isrevoked checkrevoked',
  'Only createToriiClient of @torii/api takes a secret key': 'secretkey',
  'Leave it out: the keys come from `issuer`': 'jwksuri jwksurl',
  'Leave it out': 'publishablekey clientid',
  'Leave it out. For tokens of another issuer, use createJwtVerifier of @torii/core/jwt': 'algorithms jwks secret',
};

export const requestHints: Hints = {
  publicPaths: 'skip ignoredroutes unprotectedroutes unless except exclude ignore allowlist whitelist',
  origins: 'authorizedparties azp',
  scheme: 'prefix',
  checks: 'role roles permissions scopes authorize',
  'It is an option of guards. Write requireAuth(verifier, { onError })': 'onerror',
  'It is an option of guards. Write requireAuth(verifier, { exposeToken: true })': 'exposetoken',
  'Use optionalAuth, or pass { optional: true } to `check` or `authenticate`': 'optional credentialsrequired',
  'Pass the verifier itself': 'verifier',
};

/** What to write instead of an unknown name, as a sentence that begins with a blank. Empty if nothing is similar. */
export function hintFor(name: string, known: readonly string[], hints: Hints): string {
  const given = plain(name);
  const replaced = Object.keys(hints).find((remedy) => hints[remedy]?.split(' ').includes(given));
  if (replaced?.includes(' ')) return ` ${replaced}.`;
  const nearest =
    known.find((each) => each === replaced) ??
    nearestName(name, known) ??
    known.find((each) => wordsOf(each).some((word) => word.length > 3 && given.includes(plain(word))));
  return nearest === undefined ? '' : ` Did you mean \`${nearest}\`?`;
}

function wordsOf(name: string): readonly string[] {
  return name.split(/(?=[A-Z])/);
}
