import type { RemoteValue } from '../time/remote-value.ts';
import type { SetKey } from './jwks.ts';
import type { KeyCaller, KeySource } from './remote-key-set.ts';

/** The issuer was refused, for a reason that is safe to log. */
export class RefusedIssuer {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

export type RememberedApproval = RemoteValue<ApprovedKeys | RefusedIssuer, KeyCaller>;

/** The keys of an issuer, for as long as its approval is remembered and has not changed. */
export class ApprovedKeys implements KeySource {
  readonly #approval: RememberedApproval;
  readonly keys: KeySource;
  /** The accepted environments. `undefined` accepts all. */
  readonly environments: ReadonlySet<string> | undefined;

  constructor(approval: RememberedApproval, keys: KeySource, environments: ReadonlySet<string> | undefined) {
    this.#approval = approval;
    this.keys = keys;
    this.environments = environments;
  }

  /** `undefined` when the approval is due for renewal, so that the next request, also one with a remembered token, renews it. */
  peek(kid: string): SetKey | undefined {
    return this.#approval.peek() === this ? this.keys.peek(kid) : undefined;
  }

  find(kid: string, caller: KeyCaller): Promise<SetKey> {
    return this.keys.find(kid, caller);
  }

  accepts(environments: ReadonlySet<string> | undefined): boolean {
    const own = this.environments;
    if (own === undefined || environments === undefined) return own === environments;
    return own.size === environments.size && [...own].every((each) => environments.has(each));
  }
}
