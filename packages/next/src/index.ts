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
export { createNextAuth, type NextAuth } from './server/create-next-auth.ts';
export type { IssuerRoutes } from './server/issuer-route.ts';
export type { NextAuthOptions } from './server/options.ts';
export type { Protect, ProtectOptions } from './server/protect.ts';
export type { Behind, ProxyFunction } from './server/proxy.ts';
export type { AuthContext, AuthHandler, Params, RouteContext, RouteHandler } from './server/route.ts';
export type { TokenRoutes } from './server/token-route.ts';
