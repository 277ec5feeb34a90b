import type { AuthzEventListener } from '../events.ts';
import type { PolicySource } from '../policy/policy-source.ts';
import type { ClaimSettings } from './caller.ts';
import type { PathSettings } from './place.ts';

export interface Settings {
  readonly claims: ClaimSettings;
  readonly paths: PathSettings;
  readonly header: string | undefined;
  /** Sorted by length, longest first, so that a host is compared with `eu.example.com` before `example.com`. */
  readonly baseDomains: readonly string[] | undefined;
  readonly source: PolicySource | undefined;
  readonly impersonation: 'refuse' | 'audit';
  readonly emit: AuthzEventListener;
  readonly debug: ((text: string) => void) | undefined;
}
