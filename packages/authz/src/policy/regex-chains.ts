import { type Node, pathTo } from './permission-node.ts';

/**
 * Sums up the steps of the regular expressions that one path is tried with: those of a place in the tree and of all
 * places above it.
 */
export class RegexChains {
  readonly #root: Node;
  /** The highest number of steps on a path from this node downwards. */
  readonly #heaviest: Map<Node, number> = new Map();

  constructor(root: Node) {
    this.#root = root;
  }

  /** Returns the highest number of steps for a path through this place if its expressions grow by `growth`. */
  stepsAfterGrowth(segments: readonly string[], growth: number): number {
    const path = pathTo(this.#root, segments);
    const last = path[segments.length];
    const above = path.slice(0, segments.length).reduce((sum, { regexes }) => sum + (regexes?.steps ?? 0), 0);
    return above + (last === undefined ? 0 : (this.#heaviest.get(last) ?? 0)) + growth;
  }

  noteGrowth(segments: readonly string[], growth: number): void {
    let below = 0;
    for (const [index, node] of [...pathTo(this.#root, segments).entries()].reverse()) {
      const known = this.#heaviest.get(node) ?? 0;
      below = index === segments.length ? known + growth : Math.max(known, (node.regexes?.steps ?? 0) + below);
      this.#heaviest.set(node, below);
    }
  }
}
