/** The result of one rule for one request. */
export interface Finding {
  readonly rule: 'impersonation' | 'path' | 'header' | 'subdomain' | 'slug' | 'permission';
  readonly passed: boolean;
  /** The reason in plain text. The wording may change. */
  readonly because: string;
}

/**
 * Why a request passes or is refused, rule by rule. For developers and logs: it contains tenants, roles and permissions
 * that the caller must not learn.
 */
export interface Explanation {
  /** Whether every rule passed. */
  readonly allowed: boolean;
  /**
   * One finding for each configured rule, in order. If the path can be read in more than one way, only one finding, for
   * the path.
   */
  readonly findings: readonly Finding[];
  /** The explanation as text: the decision on the first line, then one line for each finding. */
  readonly text: string;
}

export function explanationOf(request: string, findings: readonly Finding[]): Explanation {
  const allowed = findings.every(({ passed }) => passed);
  const lines = findings.map(({ rule, passed, because }) => `  ${passed ? 'yes' : 'no '}  ${rule}: ${because}`);
  return { allowed, findings, text: [`${allowed ? 'allowed' : 'refused'}  ${request}`, ...lines].join('\n') };
}
