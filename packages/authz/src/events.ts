import type { PolicyEvent } from './policy/policy-source.ts';

/** What became of the rules, and who acted in another's name. Never contains a token. */
export type AuthzEvent =
  | PolicyEvent
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
