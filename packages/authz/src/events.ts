import type { MalformedEntry } from './policy/document.ts';

/** What became of the rules, and who acted in another's name. Never contains a token. */
export type AuthzEvent =
  | {
      readonly type: 'policy_loaded';
      /** The document's own `last_update`. */
      readonly lastUpdate: string | undefined;
      /** How many permissions are in force. */
      readonly permissions: number;
      /** The lines that grant nothing, and why. At most a hundred. */
      readonly malformed: readonly MalformedEntry[];
      readonly malformedCount: number;
      readonly durationMs: number;
    }
  /** Every request that needs a permission is answered 503, from `refreshSeconds` after the last good reading on. */
  | { readonly type: 'policy_failed'; readonly problem: string }
  /** A request in somebody else's name, where `impersonation` is `audit`. It may still be refused. */
  | {
      readonly type: 'impersonated';
      readonly userId: string | null;
      /** Who acts; null where the token does not tell. */
      readonly actorId: string | null;
      /** As it came, but fit for a log. */
      readonly method: string | undefined;
      /** The same. */
      readonly path: string | undefined;
    };

export type AuthzListener = (event: AuthzEvent) => void;
