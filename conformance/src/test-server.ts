import type { WebhookSecrets } from './case-table.ts';
import type { RevocationSetting } from './revocation-source.ts';

/** What a server is started with. */
export interface ServerSetting {
  /** The name of the options in cases.json, such as `usual`. */
  readonly name: string;
  /** Options of `createVerifier` of `@torii/core`, without `revocations`. */
  readonly options: ServerOptions;
  /** What is revoked from the start. `createRevocationSource` makes the option `revocations` of it. */
  readonly revocations: RevocationSetting | undefined;
  readonly webhookSecrets: Pick<WebhookSecrets, 'current' | 'previous'>;
}

export interface ServerOptions {
  readonly issuer: string;
  readonly publicPaths?: readonly string[];
  readonly audience?: string;
  readonly requireClaims?: readonly string[];
  readonly refuseClaims?: readonly string[];
  readonly environmentId?: string;
  readonly cookie?: string;
  readonly header?: string;
  readonly scheme?: string;
  readonly allowPreflight?: boolean;
}

/** A server under test, started with one setting. */
export interface TestServer {
  /** Its origin, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** The URL that webhooks are sent to. By default the path `/webhooks` of `url`. */
  readonly webhooksUrl?: string;
  /** The names of the handlers that ran since the last call. Without it, only the responses are judged. */
  takeVisits?(): readonly string[] | Promise<readonly string[]>;
  /** Revokes the tokens of a user, or one token by its digest. */
  revoke?(name: string): unknown;
  /**
   * How the server ended by itself, or `undefined` if it runs. `runConformance` starts it again for the next case, and
   * `describeConformance` does not.
   */
  howEnded?(): string | undefined;
  stop?(): unknown;
}

/** Starts a server on loopback. */
export type StartServer = (setting: ServerSetting) => TestServer | Promise<TestServer>;
