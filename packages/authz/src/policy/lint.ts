import { DocumentError, isRoleName, readDocument } from './document.ts';
import { lintRegex } from './lint-regex.ts';
import { type Permission, readPermission, star } from './permission.ts';
import { PermissionTree } from './permission-tree.ts';
import { RegexBudget } from './regex-size.ts';

/** A likely mistake in a permission, a role or the whole document. */
export interface LintFinding {
  /**
   * - `malformed`: the permission cannot be parsed and grants nothing
   * - `dead`: the permission is valid but never matches
   * - `shadowed`: another permission of the role already grants all of it
   * - `dangerous`: the permission grants more than it appears to
   * - `surprising`: the permission grants less than it appears to, or something else
   */
  readonly kind: 'malformed' | 'dead' | 'shadowed' | 'dangerous' | 'surprising';
  /** `undefined` if the finding is about the whole document. */
  readonly role: string | undefined;
  /** The permission as written; `undefined` if the finding is about the whole role or document. */
  readonly entry: string | undefined;
  readonly message: string;
}

const knownMethods = new Set([star, 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE']);

/**
 * Finds permissions that probably do not do what their author meant. Use it in an editor, in a test, or before you
 * store a document. An empty list means that nothing was found.
 */
export function lintPermissions(document: unknown): readonly LintFinding[] {
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
  if (!isRoleName(role)) return [about('malformed', undefined, 'the role is empty or a property of Object.prototype')];
  if (!Array.isArray(entries)) return [about('malformed', undefined, 'the permissions of the role are not a list')];
  if (entries.length === 0) return [about('dead', undefined, 'the role has no permissions')];

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
      findings.push(about('shadowed', permission.text, `${JSON.stringify(cover.text)} already grants it`));
    }
    for (const [kind, message] of [...lintMethod(permission), ...lintResource(permission)]) {
      findings.push(about(kind, permission.text, message));
    }
  }
  return findings;
}

type Remark = readonly [kind: LintFinding['kind'], message: string];

function lintMethod({ method }: Permission): readonly Remark[] {
  return knownMethods.has(method) ? [] : [['surprising', `${method} is not a standard HTTP method`]];
}

function lintResource(permission: Permission): readonly Remark[] {
  const { resource, method } = permission;
  if (resource.kind === 'regex') return lintRegex(resource.source);
  const whatever = method === star ? 'everything' : `${method} on everything`;
  if (resource.isSubtree && resource.segments.length === 0) return [['dangerous', `the permission grants ${whatever}`]];
  if (resource.isSubtree && resource.segments.every((segment) => segment === star)) {
    return [
      ['dangerous', `the permission grants ${whatever} that has at least ${resource.segments.length + 1} segments`],
    ];
  }
  if (!resource.isSubtree && resource.segments.length === 1 && resource.segments[0] === star) {
    return [['surprising', 'a single star matches one segment. Write "/*" for everything']];
  }
  return [];
}
