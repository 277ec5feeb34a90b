export {
  type Adapter,
  type CreateApp,
  type CreateWebhookApp,
  type Listening,
  type Subject,
  serveApp,
  type WebhookSubject,
} from './app-server.ts';
export type { Expectation, RevocationData, WebhookSecrets } from './case-table.ts';
export { type Case, listCases } from './cases.ts';
export { type Feature, features, type Level } from './features.ts';
export { type FetchHandler, listenFetch } from './fetch-listener.ts';
export { changeForFetch } from './fetch-servers.ts';
export { type Issuer, type Issuers, type IssuersOptions, startIssuers } from './issuers.ts';
export { type ProcessOptions, serveCommand } from './process-server.ts';
export type { QuestionOptions } from './questions.ts';
export {
  type AskedToken,
  createRevocationSource,
  type RevocationSetting,
  type RevocationSource,
} from './revocation-source.ts';
export { type CaseResult, type RunOptions, runConformance } from './run.ts';
export type { ServerOptions, ServerSetting, StartServer, TestServer } from './test-server.ts';
