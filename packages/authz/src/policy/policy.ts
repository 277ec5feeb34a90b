import { DecisionMemory } from './decision-memory.ts';
import { isRoleName, type MalformedEntry, readDocument } from './document.ts';
import { type Grant, readPermission, segmentsOf } from './permission.ts';
import { PermissionTree } from './permission-tree.ts';
import { MatchBudget, RegexBudget } from './regex-size.ts';

/** One version of a document, compiled. Nothing in it ever changes, but for what it remembers. */
export interface Policy {
  readonly lastUpdate: string | undefined;
  /** How many permissions are in force. */
  readonly size: number;
  readonly malformed: readonly MalformedEntry[];
  readonly roles: ReadonlyMap<string, PermissionTree>;
  /** Those that the document has, but not as a list. */
  readonly unreadableRoles: ReadonlySet<string>;
  /** A version's own: what one version decided is never believed of the next. */
  readonly memory: DecisionMemory;
}

/**
 * Compiles a document. A line that cannot be read grants nothing, and is listed; the others are not touched by it.
 *
 * @throws DocumentError for what is no document
 */
export function compilePolicy(document: unknown): Policy {
  const { lastUpdate, roles: entriesByRole } = readDocument(document);
  const roles = new Map<string, PermissionTree>();
  const unreadableRoles = new Set<string>();
  const malformed: MalformedEntry[] = [];
  const budget = new RegexBudget();
  let size = 0;
  for (const [role, entries] of entriesByRole) {
    if (!isRoleName(role)) {
      malformed.push({ role, entry: undefined, problem: 'a role cannot be called that' });
      continue;
    }
    if (!Array.isArray(entries)) {
      malformed.push({ role, entry: undefined, problem: 'its permissions are not a list' });
      unreadableRoles.add(role);
      continue;
    }
    const tree = new PermissionTree(budget);
    for (const entry of entries as readonly unknown[]) {
      const permission = readPermission(entry);
      const problem = 'problem' in permission ? permission.problem : tree.add(permission);
      if (problem === undefined) size++;
      else malformed.push({ role, entry: typeof entry === 'string' ? entry : undefined, problem });
    }
    tree.compile();
    roles.set(role, tree);
  }
  return { lastUpdate, size, malformed, roles, unreadableRoles, memory: new DecisionMemory() };
}

/** What lets the holder of one of these roles do this, or undefined. */
export function findGrant(
  policy: Policy,
  roles: readonly string[],
  resource: string,
  method: string,
): Grant | undefined {
  const segments = segmentsOf(resource);
  const budget = new MatchBudget();
  for (const role of roles) {
    const permission = policy.roles.get(role)?.find(resource, segments, method, budget);
    if (permission !== undefined) return { role, permission };
  }
  return undefined;
}
