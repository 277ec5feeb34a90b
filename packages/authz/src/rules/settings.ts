import type { AuthzListener } from '../events.ts';
import type { PolicySource } from '../policy/policy-source.ts';
import type { ClaimSettings } from './caller.ts';
import type { PathSettings } from './place.ts';

/** Options as the rules use them. */
export interface Settings {
  readonly claims: ClaimSettings;
  readonly paths: PathSettings;
  /** In lower case. */
  readonly header: string | undefined;
  /** The longest first. */
  readonly baseDomains: readonly string[] | undefined;
  readonly source: PolicySource | undefined;
  readonly impersonation: 'refuse' | 'audit';
  readonly emit: AuthzListener;
  readonly debug: ((text: string) => void) | undefined;
}
