import type { IncomingMessage } from 'node:http';
import { authenticateRequest, type Check, createTokenVerifier, createVerifier, verifyToken } from '@torii/core';
import { createAwaitGuard } from '@torii/core/internal';
import { JwtVerifier } from 'aws-jwt-verify';
import { expressjwt } from 'express-jwt';
import { createVerifier as createFastJwt } from 'fast-jwt';
import { verifyWithJwks } from 'hono/jwt';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import jwksRsa from 'jwks-rsa';
import koaJwt from 'koa-jwt';
import type { Material } from './material.ts';

/** Verifies a token. Throws or rejects if the token is invalid. */
export type Verify = (token: string) => unknown;

export const ours = '@torii/core';

/** Our verifier, with its token cache. Measurements with distinct tokens never hit the cache. */
export function oursOver({ issuer }: Material): Record<string, Verify> {
  const torii = createVerifier({ issuer });
  return { [ours]: (token) => torii.verify(token) };
}

export const oursGuardedTwice = `${ours}, guarded twice`;

/**
 * Our verifier, and the same with a second guard against a missing `await` on its promise: the difference is the cost of
 * one guard.
 */
export function guardedTwiceOver({ issuer }: Material): Record<string, Verify> {
  const torii = createVerifier({ issuer });
  const guard = createAwaitGuard({ userId: true });
  return {
    [ours]: (token) => torii.verify(token),
    [oursGuardedTwice]: (token) => guard(torii.verify(token)),
  };
}

export const oneCall = {
  verify: 'createTokenVerifier().verify',
  verifyToken: 'verifyToken, { issuer }',
  moreOptions: 'verifyToken, three options',
  inlineListener: 'verifyToken, new `onEvent` in each call',
  inlineFetch: 'verifyToken, new `fetch` in each call',
  authenticate: 'createVerifier().authenticate',
  authenticateRequest: 'authenticateRequest, { issuer }',
  check: 'authenticateRequest, three options, one of them a check',
  inlineCheck: 'authenticateRequest, new check in each call',
} as const;

const isUser: Check = ({ userId }) => userId !== '';

/** The functions that get their options with each call, in a new object each time, next to verifiers and to jose. */
export function oneCallsOver(material: Material): Record<string, Verify> {
  const { issuer } = material;
  const tokenVerifier = createTokenVerifier({ issuer });
  const verifier = createVerifier({ issuer });
  const requestWith = requestsByToken();
  return {
    [oneCall.verify]: (token) => tokenVerifier.verify(token),
    [oneCall.verifyToken]: (token) => verifyToken(token, { issuer }),
    [oneCall.authenticate]: (token) => verifier.authenticate(requestWith(token)),
    [oneCall.authenticateRequest]: (token) => authenticateRequest(requestWith(token), { issuer }),
    ...joseOver(material),
  };
}

/** The same functions with more options, and with new functions in each call. */
export function manyOptionsOver(material: Material): Record<string, Verify> {
  const { issuer } = material;
  const tokenVerifier = createTokenVerifier({ issuer });
  const requestWith = requestsByToken();
  return {
    [oneCall.verify]: (token) => tokenVerifier.verify(token),
    [oneCall.moreOptions]: (token) => verifyToken(token, { issuer, clockTolerance: 10, refuseClaims: ['scope'] }),
    [oneCall.inlineListener]: (token) => verifyToken(token, { issuer, clockTolerance: 10, onEvent: () => {} }),
    [oneCall.inlineFetch]: (token) => verifyToken(token, { issuer, fetch: (...request) => fetch(...request) }),
    [oneCall.check]: (token) =>
      authenticateRequest(requestWith(token), { issuer, clockTolerance: 10, checks: [isUser] }),
    [oneCall.inlineCheck]: (token) =>
      authenticateRequest(requestWith(token), { issuer, clockTolerance: 10, checks: [({ userId }) => userId !== ''] }),
    ...joseOver(material),
  };
}

function requestsByToken(): (token: string) => { readonly headers: Record<string, string> } {
  const requests = new Map<string, { readonly headers: Record<string, string> }>();
  return (token) => {
    const request = requests.get(token) ?? { headers: { authorization: `Bearer ${token}` } };
    requests.set(token, request);
    return request;
  };
}

export function joseOver({ issuer, jwksUrl }: Material): Record<string, Verify> {
  const keySet = createRemoteJWKSet(new URL(jwksUrl));
  return { jose: (token) => jwtVerify(token, keySet, { issuer, algorithms: ['ES256'] }) };
}

/** hono's verifier with the keys passed in: if it got the URL of the keys, it would fetch them for each token. */
export function honoOver({ issuer, jwk }: Material): Record<string, Verify> {
  return {
    hono: (token) =>
      verifyWithJwks(token, { keys: [jwk], allowedAlgorithms: ['ES256'], verification: { iss: issuer } }),
  };
}

/** Other libraries that verify tokens, set up as their documentation recommends. */
export function peersOver(material: Material): Record<string, Verify> {
  const { issuer, jwk, key } = material;
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  const fast = (cache: boolean): Verify =>
    createFastJwt({ key: pem, algorithms: ['ES256'], allowedIss: issuer, cache });
  const aws = JwtVerifier.create({ issuer, audience: null, jwksUri: `${issuer}/jwks.json` });
  aws.cacheJwks({ keys: [{ ...jwk, kty: 'EC', use: 'sig', alg: 'ES256' }] } as never);
  return {
    ...joseOver(material),
    'fast-jwt, cache off': fast(false),
    'fast-jwt, cache on': fast(true),
    'aws-jwt-verify': (token) => aws.verify(token),
    jsonwebtoken: (token) => jsonwebtoken.verify(token, key, { issuer, algorithms: ['ES256'] }),
    ...honoOver(material),
    ...middlewareOver(material),
  };
}

/** What each contender checks, besides `exp`, `iss` and the signature. */
export const checks: Readonly<Record<string, string>> = {
  [ours]:
    'only ES256, strict base64url and UTF-8, key by `kid` and issuer, types of `iss`, `sub`, `pid`, `exp`, `iat`, `nbf`; returns a frozen Auth',
  jose: 'the configured algorithms, key by `kid`, types of registered claims',
  'fast-jwt': 'the configured algorithms; one PEM key, `kid` ignored',
  'aws-jwt-verify': 'key by `kid`; keys passed in beforehand, because it fetches only over https',
  jsonwebtoken: 'the configured algorithms; one KeyObject, `kid` ignored',
  hono: 'the configured algorithms, key by `kid`; imports the key for each token',
  'express-jwt + jwks-rsa': 'reads the header of a request, key by `kid`, then jsonwebtoken with a PEM string',
  'koa-jwt + jwks-rsa': 'the same for Koa',
};

/** Middleware, called with a partial request: only the properties that it reads. */
function middlewareOver({ issuer, jwksUrl }: Material): Record<string, Verify> {
  const client = { jwksUri: jwksUrl, cache: true } as const;
  const [expressSecret, koaSecret] = [jwksRsa.expressJwtSecret(client), jwksRsa.koaJwtSecret(client)];
  const express = expressjwt({ secret: expressSecret as never, algorithms: ['ES256'], issuer });
  const koa = koaJwt({ secret: koaSecret as never, algorithms: ['ES256'], issuer } as koaJwt.Options);
  const headersWith = (token: string): IncomingMessage['headers'] => ({ authorization: `Bearer ${token}` });
  return {
    'express-jwt + jwks-rsa': (token) =>
      new Promise<void>((resolve, reject) => {
        const request = { method: 'GET', headers: headersWith(token) };
        express(request as never, {} as never, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
      }),
    'koa-jwt + jwks-rsa': (token) => {
      const headers = headersWith(token);
      const refuse = (_status: number, message: string): never => {
        throw new Error(message);
      };
      const context = { headers, header: headers, state: {}, cookies: { get: () => undefined }, throw: refuse };
      return koa(context as never, async () => {});
    },
  };
}
