import { type Permission, star } from './permission.ts';
import type { RegexSet } from './regex-set.ts';

/** A place in the tree of the permissions of a role. */
export interface Node {
  exact: Permission[] | undefined;
  below: Permission[] | undefined;
  regexes: RegexSet | undefined;
  /** A Map, because in a plain object a path segment named `__proto__` would reach the prototype. */
  children: Map<string, Node> | undefined;
  starChild: Node | undefined;
  /** An upper bound of the places that one path can lead to from here, this one included. */
  places: number;
}

export function createNode(): Node {
  return {
    exact: undefined,
    below: undefined,
    regexes: undefined,
    children: undefined,
    starChild: undefined,
    places: 1,
  };
}

/** Adds the places that a path with this segment leads to from `node`. */
export function addNextNodes({ children, starChild }: Node, segment: string, next: Node[]): void {
  const child = children?.get(segment);
  if (child !== undefined) next.push(child);
  if (starChild !== undefined) next.push(starChild);
}

/** Returns the nodes along the segments, as far as they exist. The first is `root`. */
export function pathTo(root: Node, segments: readonly string[]): readonly Node[] {
  const path = [root];
  for (const segment of segments) {
    const node = path.at(-1);
    const next = segment === star ? node?.starChild : node?.children?.get(segment);
    if (next === undefined) break;
    path.push(next);
  }
  return path;
}

/** Returns the value that `places` of the root would have after `grow`. */
export function placesAfterGrowth(root: Node, segments: readonly string[]): number {
  return placesAlong(pathTo(root, segments), segments)[0] ?? root.places;
}

export function grow(root: Node, segments: readonly string[]): Node {
  const path = pathTo(root, segments);
  const places = placesAlong(path, segments);
  for (const [index, node] of path.entries()) node.places = places[index] ?? node.places;
  let node = path.at(-1) ?? root;
  for (let index = path.length - 1; index < segments.length; index++) {
    const child = { ...createNode(), places: segments.length - index };
    const segment = segments[index] ?? '';
    if (segment === star) node.starChild = child;
    else {
      node.children ??= new Map();
      node.children.set(segment, child);
    }
    node = child;
  }
  return node;
}

/** Returns the new `places` of the nodes of a path, after its missing nodes are added. */
function placesAlong(path: readonly Node[], segments: readonly string[]): readonly number[] {
  const added = segments.length + 1 - path.length;
  if (added === 0) return [];
  const places: number[] = [];
  let below = added;
  for (const [index, node] of [...path.entries()].reverse()) {
    const ofStar = node.starChild?.places ?? 0;
    below = segments[index] === star ? node.places - ofStar + below : Math.max(node.places, 1 + ofStar + below);
    places[index] = below;
  }
  return places;
}
