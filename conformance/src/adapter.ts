export type { Actor, Auth, Check, Claims, Organization, Refusal, RequestView } from '@torii/core';
export { type AppError, type CoreErrors, createRoutes, type Routes } from './routes.ts';
