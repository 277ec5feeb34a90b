/// <reference lib="dom" />
'use client';

export type { Reason } from '@torii/core';
export { getErrorReason } from './error-reason.ts';
export { KeptForm, type KeptFormProps } from './kept-form.tsx';
export { type ChangeOrganizationOptions, changeOrganization } from './organization-change.ts';
export type { TokenRoute, ToriiSession } from './session.ts';
export { type EndSessionOptions, endSession } from './session-end.ts';
export { type SignInOptions, type SignInState, useSignIn } from './sign-in.ts';
export { TokenKeeper, type TokenKeeperProps } from './token-keeper.ts';
export { renewToken } from './token-renewal.ts';
