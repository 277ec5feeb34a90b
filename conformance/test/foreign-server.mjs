// A server that verifies Torii tokens without any code of this repository: node:http and jose. With `holes`, it has mistakes that real
// servers have.
import { createServer } from 'node:http';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, exportSPKI, importJWK, jwtVerify } from 'jose';

/** The mistakes that the server can have. */
export const holes = [
  'accepts unsigned tokens',
  'takes the algorithm from the token',
  'does not verify the signature',
  'trusts the key in the token',
  'does not check the issuer',
  'checks only how the issuer starts',
  'trusts the issuer of the token for its keys',
  'does not check exp',
  'accepts a token for ten minutes after exp',
  'does not check nbf and iat',
  'does not check the audience',
  'needs no sub',
  'reads the first Authorization header',
  'reads the query string',
  'takes a public path as a prefix',
  'decodes the path before it compares it',
  'takes the path from X-Original-URL',
  'checks only GET and POST',
  'ends if a path cannot be decoded',
  'lets callers in while the keys are unavailable',
  'runs the handler before it decides',
];

/** Compares a path as it was sent: a path with an escaped ASCII character, or that a router may resolve, is not public. */
function isPublic(path, publicPaths) {
  if (/%(?!20)[0-7]|\/\/|\\|;|\/\.{1,2}(?:\/|$)/.test(path) || !isUtf8(path)) return false;
  return publicPaths.some((each) =>
    each.endsWith('/*') ? path.startsWith(each.slice(0, -1)) && path.length > each.length - 1 : path === each,
  );
}

function isUtf8(path) {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}

export function createForeignServer({ issuer, publicPaths = [], ...options }, visit, hole = '') {
  const has = (name) => hole === name;
  const keySetUrl = (place) => new URL(`${place}/_torii/.well-known/jwks.json`);
  const keys = createRemoteJWKSet(keySetUrl(issuer), { timeoutDuration: 2000 });

  async function verify(token) {
    const header = decodeProtectedHeader(token);
    const claims = decodeJwt(token);
    if (has('does not verify the signature') || (has('accepts unsigned tokens') && header.alg === 'none')) {
      if (claims.iss !== issuer) throw new Error('issuer');
      return claims;
    }
    const source = has('trusts the issuer of the token for its keys')
      ? createRemoteJWKSet(keySetUrl(claims.iss))
      : has('trusts the key in the token') && header.jwk
        ? await importJWK(header.jwk, 'ES256')
        : has('takes the algorithm from the token') && header.alg === 'HS256'
          ? new TextEncoder().encode(await exportSPKI(await keys({ ...header, alg: 'ES256' })))
          : keys;
    const isLax = has('does not check the issuer') || has('trusts the issuer of the token for its keys');
    const settings = {
      algorithms: has('takes the algorithm from the token') ? ['ES256', 'HS256'] : ['ES256'],
      clockTolerance: has('accepts a token for ten minutes after exp') ? 600 : 30,
      requiredClaims: ['exp', 'iat', ...(has('needs no sub') ? [] : ['sub'])],
      ...(!isLax && !has('checks only how the issuer starts') && { issuer }),
      ...(has('does not check exp') && { currentDate: new Date(0) }),
      ...(has('does not check nbf and iat') && { currentDate: new Date((claims.exp - 1) * 1000) }),
    };
    const { payload } = await jwtVerify(token, source, settings);
    if (has('checks only how the issuer starts') && !payload.iss.startsWith(issuer)) throw new Error('issuer');
    return payload;
  }

  function check(claims) {
    const now = Date.now() / 1000 + 30;
    if (!has('does not check nbf and iat') && claims.iat > now) throw new Error('iat');
    if (!has('needs no sub') && (typeof claims.sub !== 'string' || claims.sub === '')) throw new Error('sub');
    if (claims.act !== undefined && typeof claims.act !== 'object') throw new Error('act');
    if (!has('does not check the audience')) {
      const { audience } = options;
      const given = claims.aud;
      if (audience === undefined && given !== undefined) throw new Error('aud');
      const isOk = typeof given === 'string' ? given === audience : Array.isArray(given) && given.includes(audience);
      if (audience !== undefined && !isOk) throw new Error('aud');
    }
    if (options.requireClaims?.some((name) => claims[name] == null)) throw new Error('required');
    if (options.refuseClaims?.some((name) => claims[name] !== undefined)) throw new Error('refused');
    if (options.environmentId !== undefined && claims.pid !== options.environmentId) throw new Error('pid');
  }

  function tokenOf(request) {
    const sent = request.headersDistinct.authorization ?? [];
    const query = new URL(request.url, 'http://x').searchParams.get('access_token');
    if (has('reads the query string') && query) return query;
    if (sent.length !== 1 && !(has('reads the first Authorization header') && sent.length > 1))
      throw new Error('header');
    const [, token] = /^bearer[ \t]+([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(sent[0]) ?? [];
    if (token === undefined) throw new Error('header');
    return token;
  }

  return async (request, response) => {
    const answer = (status, body) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    const original = has('takes the path from X-Original-URL') && request.headers['x-original-url'];
    const [sent = ''] = (original || request.url).split('?', 1);
    const target = /^http:\/\/[^/]+(\/.*)$/i.exec(sent)?.[1] ?? sent;
    if (has('ends if a path cannot be decoded') && !isUtf8(target)) process.exit(1);
    const path = has('decodes the path before it compares it') && isUtf8(target) ? decodeURIComponent(target) : target;
    const isOpen = has('takes a public path as a prefix')
      ? publicPaths.some((each) => path.startsWith(each.replace('/*', '')))
      : isPublic(path, publicPaths);
    if (isOpen) {
      visit('public');
      return answer(200, { handler: 'public', userId: null });
    }
    if (has('runs the handler before it decides')) visit('rest');
    if (has('checks only GET and POST') && !['GET', 'POST'].includes(request.method)) {
      visit('rest');
      return answer(200, { handler: 'rest', userId: null });
    }
    try {
      const claims = await verify(tokenOf(request));
      check(claims);
      if (!has('runs the handler before it decides')) visit('rest');
      return answer(200, { handler: 'rest', userId: claims.sub ?? 'anyone' });
    } catch (error) {
      const isDown = error.code === 'ERR_JOSE_GENERIC' || error.code === 'ERR_JWKS_TIMEOUT';
      if (isDown && has('lets callers in while the keys are unavailable')) {
        visit('rest');
        return answer(200, { handler: 'rest', userId: 'ada' });
      }
      return answer(isDown ? 503 : 401, { error: 'refused' });
    }
  };
}

if (process.argv[1] === import.meta.filename) {
  const visits = [];
  const options = { issuer: process.env.TORII_ISSUER, ...JSON.parse(process.env.TORII_OPTIONS ?? '{}') };
  const app = createForeignServer(options, (handler) => visits.push(handler), process.argv[2]);
  createServer((request, response) => {
    if (request.url === '/_conformance/visits') response.end(JSON.stringify(visits.splice(0)));
    else app(request, response);
  }).listen(process.env.PORT, process.env.HOST);
}
