import { DocumentError, isRoleName, readDocument } from './document.ts';
import { lintRegex } from './lint-regex.ts';
import { type Permission, readPermission, star } from './permission.ts';
import { PermissionTree } from './permission-tree.ts';
import { RegexBudget } from './regex-size.ts';

/** What is odd about a line, a role or the whole document. */
export interface LintFinding {
  /**
   * `malformed`: cannot be read, and grants nothing. `dead`: can be read, and never matches. `shadowed`: another line of
   * the role grants the same and more. `dangerous`: grants more than is easily seen. `surprising`: grants less, or not what
   * it seems to.
   */
  readonly kind: 'malformed' | 'dead' | 'shadowed' | 'dangerous' | 'surprising';
  /** Undefined where it is about the whole document. */
  readonly role: string | undefined;
  /** Undefined where it is about the whole role. */
  readonly entry: string | undefined;
  readonly message: string;
}

const knownMethods = new Set([star, 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE']);

/**
 * Looks for lines that do not do what somebody may have meant. For an editor, a test, or before a document is stored; an
 * empty list means that nothing is odd.
 */
export function lint(document: unknown): readonly LintFinding[] {
  try {
    const budget = new RegexBudget();
    return readDocument(document).roles.flatMap(([role, entries]) => lintRole(role, entries, budget));
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return [{ kind: 'malformed', role: undefined, entry: undefined, message: error.message }];
  }
}

function lintRole(role: string, entries: unknown, budget: RegexBudget): readonly LintFinding[] {
  const about = (kind: LintFinding['kind'], entry: string | undefined, message: string): LintFinding => {
    return { kind, role, entry, message };
  };
  if (!isRoleName(role)) return [about('malformed', undefined, 'a role cannot be called that')];
  if (!Array.isArray(entries)) return [about('malformed', undefined, 'its permissions are not a list')];
  if (entries.length === 0) return [about('dead', undefined, 'it grants nothing')];

  const findings: LintFinding[] = [];
  const tree = new PermissionTree(budget);
  const permissions: Permission[] = [];
  for (const entry of entries as readonly unknown[]) {
    const permission = readPermission(entry);
    const problem = 'problem' in permission ? permission.problem : tree.add(permission);
    if (problem !== undefined)
      findings.push(about('malformed', typeof entry === 'string' ? entry : undefined, problem));
    else if (!('problem' in permission)) permissions.push(permission);
  }
  tree.compile();
  for (const permission of permissions) {
    const cover = tree.findCover(permission);
    if (cover !== undefined) {
      findings.push(about('shadowed', permission.text, `${JSON.stringify(cover.text)} grants it already`));
    }
    for (const [kind, message] of [...lintMethod(permission), ...lintResource(permission)]) {
      findings.push(about(kind, permission.text, message));
    }
  }
  return findings;
}

type Remark = readonly [kind: LintFinding['kind'], message: string];

function lintMethod({ method }: Permission): readonly Remark[] {
  return knownMethods.has(method) ? [] : [['surprising', `${method} is not a usual method`]];
}

function lintResource(permission: Permission): readonly Remark[] {
  const { resource, method } = permission;
  if (resource.kind === 'regex') return lintRegex(resource.source);
  const whatever = method === star ? 'everything' : `${method} on everything`;
  if (resource.isSubtree && resource.segments.length === 0) return [['dangerous', `it grants ${whatever}`]];
  if (resource.isSubtree && resource.segments.every((segment) => segment === star)) {
    return [['dangerous', `it grants ${whatever} that is deep enough`]];
  }
  if (!resource.isSubtree && resource.segments.length === 1 && resource.segments[0] === star) {
    return [['surprising', 'a star alone is one segment: everything is "/*"']];
  }
  return [];
}
