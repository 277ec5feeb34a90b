import { DecisionMemory } from './decision-memory.ts';
import { isRoleName, type MalformedEntry, readDocument } from './document.ts';
import { MatchBudget } from './match-budget.ts';
import { type Grant, readPermission, segmentsOf } from './permission.ts';
import { PermissionTree } from './permission-tree.ts';
import { RegexBudget } from './regex-size.ts';
import { StateBudget } from './state-budget.ts';

export interface Policy {
  readonly lastUpdate: string | undefined;
  readonly size: number;
  readonly malformed: readonly MalformedEntry[];
  readonly roles: ReadonlyMap<string, PermissionTree>;
  readonly malformedRoles: ReadonlySet<string>;
  /** A cache of decisions, new for each version of the document, so that no cached decision survives a change. */
  readonly memory: DecisionMemory;
}

export function compilePolicy(document: unknown): Policy {
  const { lastUpdate, roles: entriesByRole } = readDocument(document);
  const roles = new Map<string, PermissionTree>();
  const malformedRoles = new Set<string>();
  const malformed: MalformedEntry[] = [];
  const budget = new RegexBudget();
  const states = new StateBudget();
  let size = 0;
  for (const [role, entries] of entriesByRole) {
    if (!isRoleName(role)) {
      malformed.push({ role, entry: undefined, problem: 'the role is empty or a property of Object.prototype' });
      continue;
    }
    if (!Array.isArray(entries)) {
      malformed.push({ role, entry: undefined, problem: 'the permissions of the role are not a list' });
      malformedRoles.add(role);
      continue;
    }
    const tree = new PermissionTree(budget, states);
    for (const entry of entries as readonly unknown[]) {
      const permission = readPermission(entry);
      const problem = 'problem' in permission ? permission.problem : tree.add(permission);
      if (problem === undefined) size++;
      else malformed.push({ role, entry: typeof entry === 'string' ? entry : undefined, problem });
    }
    tree.compile();
    roles.set(role, tree);
  }
  return { lastUpdate, size, malformed, roles, malformedRoles, memory: new DecisionMemory() };
}

export function findGrant(
  policy: Policy,
  roles: readonly string[],
  resource: string,
  method: string,
  budget: MatchBudget = new MatchBudget(),
): Grant | undefined {
  const segments = segmentsOf(resource);
  for (const role of roles) {
    const permission = policy.roles.get(role)?.find(resource, segments, method, budget);
    if (permission !== undefined) return { role, permission };
  }
  return undefined;
}
