/// <reference lib="dom" />
'use client';

import { readBasePath } from '../base-path.ts';

export type { Reason } from '@torii/core';
export { getErrorReason } from './error-reason.ts';
export { type ChangeOrganizationOptions, changeOrganization } from './organization-change.ts';
export type { TokenRoute, ToriiSession } from './session.ts';
export { type EndSessionOptions, endSession } from './session-end.ts';
export { type SignInOptions, type SignInState, useSignIn } from './sign-in.ts';
export { TokenKeeper, type TokenKeeperProps } from './token-keeper.ts';

/**
 * Next's `basePath`, such as `/shop`, or an empty string. For code that knows nothing of Next: the issuer route is below
 * it, so write `createSession({ issuer: basePath })`.
 */
export const basePath: string = readBasePath();
