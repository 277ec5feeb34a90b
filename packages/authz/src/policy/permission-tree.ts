import { isError } from '@torii/core/adapter';
import { MatchBudget, maxPlaces, maxSteps } from './match-budget.ts';
import { coversMethod, type Permission, star } from './permission.ts';
import { addNextNodes, createNode, grow, type Node, pathTo, placesAfterGrowth } from './permission-node.ts';
import { RegexChains } from './regex-chains.ts';
import { literalSegments, RegexSet } from './regex-set.ts';
import { countSteps, RegexBudget } from './regex-size.ts';
import { StateBudget } from './state-budget.ts';

export class PermissionTree {
  readonly #root: Node = createNode();
  readonly #regexSets: RegexSet[] = [];
  readonly #budget: RegexBudget;
  readonly #states: StateBudget;
  readonly #chains: RegexChains = new RegexChains(this.#root);

  /** All roles of a document share the two budgets. */
  constructor(budget: RegexBudget = new RegexBudget(), states: StateBudget = new StateBudget()) {
    this.#budget = budget;
    this.#states = states;
  }

  /** An upper bound of the places that one path leads to. */
  get places(): number {
    return this.#root.places;
  }

  add(permission: Permission): string | undefined {
    const { resource } = permission;
    if (resource.kind === 'regex') return this.#addRegex(permission, resource.source);
    const problem = this.#problemOfPlace(resource.segments);
    if (problem !== undefined) return problem;
    const node = grow(this.#root, resource.segments);
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
      regexes && budget.takeMatch(regexes.steps, resource.length) ? regexes.find(resource, method, budget) : undefined;
    const granting = (node: Node, list: readonly Permission[] | undefined): Permission | undefined =>
      covering(list, method) ?? matching(node);
    for (const segment of segments) {
      if (!budget.takePlaces(reached.length)) return undefined;
      const next: Node[] = [];
      for (const node of reached) {
        const found = granting(node, node.below);
        if (found !== undefined) return found;
        addNextNodes(node, segment, next);
      }
      if (next.length === 0) return undefined;
      reached = next;
    }
    if (!budget.takePlaces(reached.length)) return undefined;
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
      const next: Node[] = [];
      for (const node of reached) addNextNodes(node, segment, next);
      reached = next;
    }
    for (const node of reached) {
      const cover = coverAmong(node, isSubtree ? node.below : node.exact);
      if (cover !== undefined) return cover;
    }
    return undefined;
  }

  #addRegex(permission: Permission, source: string): string | undefined {
    const segments = literalSegments(source);
    const problem = this.#budget.take(source) ?? this.#problemOfPlace(segments);
    if (problem !== undefined) return problem;
    const steps = stepsOf(source);
    if (typeof steps === 'string') return steps;
    const set = pathTo(this.#root, segments)[segments.length]?.regexes;
    const growth = set === undefined ? new RegexSet().steps + steps : set.growthBy(source, steps);
    const total = this.#chains.stepsAfterGrowth(segments, growth);
    if (total > maxSteps) return describeExcess(growth, total);
    const node = grow(this.#root, segments);
    if (node.regexes === undefined) {
      node.regexes = new RegexSet(this.#states);
      this.#regexSets.push(node.regexes);
    }
    node.regexes.add(permission, source, steps);
    this.#chains.noteGrowth(segments, growth);
    return undefined;
  }

  #problemOfPlace(segments: readonly string[]): string | undefined {
    const places = placesAfterGrowth(this.#root, segments);
    if (places <= maxPlaces) return undefined;
    return `the stars of this role match one path in up to ${places} ways. The limit is ${maxPlaces}. Use fewer stars: write a/* instead of a/*/b, or split the role into several`;
  }
}

/** Returns a problem if the expression is not valid. */
function stepsOf(source: string): number | string {
  try {
    return countSteps(source);
  } catch (error) {
    return `the regular expression is not valid: ${isError(error) ? error.message : 'it cannot be parsed'}`;
  }
}

function describeExcess(steps: number, total: number): string {
  if (steps > maxSteps) {
    return `the regular expression has ${steps} steps. The limit of a role is ${maxSteps}. Repeat less: write a+ instead of a{1,100}`;
  }
  return `with this regular expression (${steps} steps), one path would be tried with ${total} steps. The limit of a role is ${maxSteps}. Begin expressions with literal segments, as in sales/\\d+, so that they are tried only there, or write users/*/orders instead of an expression`;
}

function withPermission(list: Permission[] | undefined, permission: Permission): Permission[] {
  if (list === undefined) return [permission];
  if (!list.some(({ method }) => method === permission.method)) list.push(permission);
  return list;
}

function covering(list: readonly Permission[] | undefined, method: string): Permission | undefined {
  return list?.find((permission) => coversMethod(permission.method, method));
}
