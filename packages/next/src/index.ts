export {
  type Auth,
  type Check,
  refuse,
  ToriiAuthError,
  ToriiConfigError,
  ToriiError,
  ToriiForbiddenError,
  ToriiUnavailableError,
} from '@torii/core';
export { createNextAuth, type NextAuth } from './create-next-auth.ts';
export type { IssuerRoutes } from './issuer-route.ts';
export type { NextAuthOptions } from './options.ts';
export type { Behind, ProxyFunction } from './proxy.ts';
export type { AuthContext, AuthHandler, Params, RouteContext, RouteHandler } from './route.ts';
export type { Protect, ProtectOptions } from './server.ts';
export type { TokenRoutes } from './token-route.ts';
