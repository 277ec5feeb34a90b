/** What one rule said. */
export interface Finding {
  readonly rule: 'impersonation' | 'path' | 'header' | 'subdomain' | 'slug' | 'permission';
  readonly passed: boolean;
  readonly because: string;
}

/** Why a request is let through or refused, rule by rule. For developers and logs: it names what an answer must not. */
export interface Explanation {
  readonly allowed: boolean;
  /** Those that were configured, in the order in which they are asked. */
  readonly findings: readonly Finding[];
  /** The same to be read, a line each. */
  readonly text: string;
}

export function explanationOf(request: string, findings: readonly Finding[]): Explanation {
  const allowed = findings.every(({ passed }) => passed);
  const lines = findings.map(({ rule, passed, because }) => `  ${passed ? 'yes' : 'no '}  ${rule}: ${because}`);
  return { allowed, findings, text: [`${allowed ? 'allowed' : 'refused'}  ${request}`, ...lines].join('\n') };
}
