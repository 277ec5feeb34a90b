import { coversMethod, type Permission, star } from './permission.ts';
import { literalSegments, RegexSet } from './regex-set.ts';
import { MatchBudget, RegexBudget } from './regex-size.ts';

interface Node {
  /** For a path that ends here. */
  here: Permission[] | undefined;
  /** For every path that goes on from here. */
  below: Permission[] | undefined;
  /** For every path that comes by. */
  regexes: RegexSet | undefined;
  /** By the next segment. A map: what a segment is called never reaches into an object's prototype. */
  children: Map<string, Node> | undefined;
  /** Whatever the next segment is. */
  anyChild: Node | undefined;
}

/**
 * The permissions of one role as a tree of segments, so that deciding costs the segments of the path and not the number
 * of permissions. Where a star and a literal lead on from one place, both ways are gone.
 */
export class PermissionTree {
  readonly #root: Node = createNode();
  readonly #regexSets: RegexSet[] = [];
  readonly #budget: RegexBudget;

  constructor(budget: RegexBudget = new RegexBudget()) {
    this.#budget = budget;
    budget.beginRole();
  }

  /** Returns why a permission cannot be used, and leaves it out then. */
  add(permission: Permission): string | undefined {
    const { resource } = permission;
    if (resource.kind === 'regex') return this.#addRegex(permission, resource.source);
    const node = this.#grow(resource.segments);
    if (resource.isSubtree) node.below = withPermission(node.below, permission);
    else node.here = withPermission(node.here, permission);
    return undefined;
  }

  /** Once all are added. */
  compile(): void {
    for (const set of this.#regexSets) set.compile();
  }

  /** A permission for this, or undefined. `segments` are those of `resource`, `budget` that of the request. */
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
      const found = granting(node, node.here);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Another permission that grants all that this one does, or undefined. */
  findCover(permission: Permission): Permission | undefined {
    const { resource, method } = permission;
    if (resource.kind === 'regex') return undefined;
    const { segments, isSubtree } = resource;
    const isLiteral = !isSubtree && !segments.includes(star);
    const among = (node: Node, list: readonly Permission[] | undefined): Permission | undefined =>
      list?.find((other) => other !== permission && coversMethod(other.method, method)) ??
      (isLiteral ? node.regexes?.find(segments.join('/'), method) : undefined);
    let reached: readonly Node[] = [this.#root];
    for (const segment of segments) {
      for (const node of reached) {
        const cover = among(node, node.below);
        if (cover !== undefined) return cover;
      }
      reached = reached.flatMap((node) => nextNodes(node, segment));
    }
    for (const node of reached) {
      const cover = among(node, isSubtree ? node.below : node.here);
      if (cover !== undefined) return cover;
    }
    return undefined;
  }

  // At the place that its literal beginning leads to, so that it is asked about nothing else.
  #addRegex(permission: Permission, source: string): string | undefined {
    const problem = this.#budget.take(source);
    if (problem !== undefined) return problem;
    const node = this.#grow(literalSegments(source));
    if (node.regexes === undefined) {
      node.regexes = new RegexSet();
      this.#regexSets.push(node.regexes);
    }
    return node.regexes.add(permission, source);
  }

  #grow(segments: readonly string[]): Node {
    let node = this.#root;
    for (const segment of segments) node = segment === star ? growAny(node) : growChild(node, segment);
    return node;
  }
}

/** Where a segment leads to: its own node, and the one that a star leads to. A star leads there alone. */
function nextNodes({ children, anyChild }: Node, segment: string): readonly Node[] {
  const child = children?.get(segment);
  if (child === undefined) return anyChild === undefined ? [] : [anyChild];
  return anyChild === undefined ? [child] : [child, anyChild];
}

function growAny(node: Node): Node {
  node.anyChild ??= createNode();
  return node.anyChild;
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
  return { here: undefined, below: undefined, regexes: undefined, children: undefined, anyChild: undefined };
}

// The same again would only make the list longer that a request goes through.
function withPermission(list: Permission[] | undefined, permission: Permission): Permission[] {
  if (list === undefined) return [permission];
  if (!list.some(({ method }) => method === permission.method)) list.push(permission);
  return list;
}

function covering(list: readonly Permission[] | undefined, method: string): Permission | undefined {
  return list?.find((permission) => coversMethod(permission.method, method));
}
