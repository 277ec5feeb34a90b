/// <reference lib="dom" />
'use client';

import { readBasePath } from '../base-path.ts';

export type { Reason } from '@torii/core';
export { getErrorReason } from './error-reason.ts';
export { KeptForm, type KeptFormProps } from './forms/kept-form.tsx';
export { type ChangeOrganizationOptions, changeOrganization } from './session/organization-change.ts';
export type { TokenRequest, TokenRoute, ToriiSession } from './session/session.ts';
export { type EndSessionOptions, endSession } from './session/session-end.ts';
export { renewToken } from './session/token-renewal.ts';
export { type SignInOptions, type SignInState, useSignIn } from './sign-in/sign-in.ts';
export { TokenKeeper, type TokenKeeperProps } from './token-keeper.ts';

/**
 * Next's `basePath`, such as `/shop`, or an empty string. For code that knows nothing of Next: the issuer route is below
 * it, so write `createSession({ issuer: basePath })`.
 */
export const basePath: string = readBasePath();
