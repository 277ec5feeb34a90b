import { coversMethod, type Permission, star } from './permission.ts';
import { literalSegments, RegexSet } from './regex-set.ts';
import { MatchBudget, RegexBudget } from './regex-size.ts';
import { StateBudget } from './state-budget.ts';

interface Node {
  exact: Permission[] | undefined;
  below: Permission[] | undefined;
  regexes: RegexSet | undefined;
  /** A Map, because in a plain object a path segment named `__proto__` would reach the prototype. */
  children: Map<string, Node> | undefined;
  starChild: Node | undefined;
}

export class PermissionTree {
  readonly #root: Node = createNode();
  readonly #regexSets: RegexSet[] = [];
  readonly #budget: RegexBudget;
  readonly #states: StateBudget;

  /** All roles of a document share the two budgets. */
  constructor(budget: RegexBudget = new RegexBudget(), states: StateBudget = new StateBudget()) {
    this.#budget = budget;
    this.#states = states;
    budget.beginRole();
  }

  add(permission: Permission): string | undefined {
    const { resource } = permission;
    if (resource.kind === 'regex') return this.#addRegex(permission, resource.source);
    const node = this.#grow(resource.segments);
    if (resource.isSubtree) node.below = withPermission(node.below, permission);
    else node.exact = withPermission(node.exact, permission);
    return undefined;
  }

  compile(): void {
    for (const set of this.#regexSets) set.compile();
  }

  find(
    resource: string,
    segments: readonly string[],
    method: string,
    budget: MatchBudget = new MatchBudget(),
  ): Permission | undefined {
    let reached: readonly Node[] = [this.#root];
    const matching = ({ regexes }: Node): Permission | undefined =>
      regexes && budget.take(regexes.size, resource.length) ? regexes.find(resource, method) : undefined;
    const granting = (node: Node, list: readonly Permission[] | undefined): Permission | undefined =>
      covering(list, method) ?? matching(node);
    for (const segment of segments) {
      const next: Node[] = [];
      for (const node of reached) {
        const found = granting(node, node.below);
        if (found !== undefined) return found;
        next.push(...nextNodes(node, segment));
      }
      if (next.length === 0) return undefined;
      reached = next;
    }
    for (const node of reached) {
      const found = granting(node, node.exact);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  findCover(permission: Permission): Permission | undefined {
    const { resource, method } = permission;
    if (resource.kind === 'regex') return undefined;
    const { segments, isSubtree } = resource;
    const isLiteral = !isSubtree && !segments.includes(star);
    const coverAmong = (node: Node, list: readonly Permission[] | undefined): Permission | undefined =>
      list?.find((other) => other !== permission && coversMethod(other.method, method)) ??
      (isLiteral ? node.regexes?.find(segments.join('/'), method) : undefined);
    let reached: readonly Node[] = [this.#root];
    for (const segment of segments) {
      for (const node of reached) {
        const cover = coverAmong(node, node.below);
        if (cover !== undefined) return cover;
      }
      reached = reached.flatMap((node) => nextNodes(node, segment));
    }
    for (const node of reached) {
      const cover = coverAmong(node, isSubtree ? node.below : node.exact);
      if (cover !== undefined) return cover;
    }
    return undefined;
  }

  #addRegex(permission: Permission, source: string): string | undefined {
    const problem = this.#budget.take(source);
    if (problem !== undefined) return problem;
    const node = this.#grow(literalSegments(source));
    if (node.regexes === undefined) {
      node.regexes = new RegexSet(this.#states);
      this.#regexSets.push(node.regexes);
    }
    return node.regexes.add(permission, source);
  }

  #grow(segments: readonly string[]): Node {
    let node = this.#root;
    for (const segment of segments) node = segment === star ? growStarChild(node) : growChild(node, segment);
    return node;
  }
}

function nextNodes({ children, starChild }: Node, segment: string): readonly Node[] {
  const child = children?.get(segment);
  if (child === undefined) return starChild === undefined ? [] : [starChild];
  return starChild === undefined ? [child] : [child, starChild];
}

function growStarChild(node: Node): Node {
  node.starChild ??= createNode();
  return node.starChild;
}

function growChild(node: Node, segment: string): Node {
  node.children ??= new Map();
  const known = node.children.get(segment);
  if (known !== undefined) return known;
  const child = createNode();
  node.children.set(segment, child);
  return child;
}

function createNode(): Node {
  return { exact: undefined, below: undefined, regexes: undefined, children: undefined, starChild: undefined };
}

function withPermission(list: Permission[] | undefined, permission: Permission): Permission[] {
  if (list === undefined) return [permission];
  if (!list.some(({ method }) => method === permission.method)) list.push(permission);
  return list;
}

function covering(list: readonly Permission[] | undefined, method: string): Permission | undefined {
  return list?.find((permission) => coversMethod(permission.method, method));
}
