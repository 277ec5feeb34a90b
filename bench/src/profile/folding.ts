import type { Profiler } from 'node:inspector/promises';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A function, called by its parent. Times are in milliseconds. */
export interface Frame {
  readonly name: string;
  /** The file and the line. Empty for parts of V8, such as the garbage collector. */
  readonly place: string;
  self: number;
  total: number;
  readonly children: Map<string, Frame>;
}

export interface SelfTime {
  readonly name: string;
  readonly place: string;
  readonly self: number;
}

/** Entries of a profile that are not functions: the thread waited, or ran no JavaScript. */
const idle = new Set(['(idle)', '(program)', '(root)']);
const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** Merges the samples: calls of a function with the same chain of callers become one frame. */
export function fold({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Frame {
  const selfOf = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    selfOf.set(id, (selfOf.get(id) ?? 0) + (timeDeltas[index] ?? 0) / 1_000);
  }
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const root = createFrame('all', '');
  const addInto = (parent: Frame, node: Profiler.ProfileNode): void => {
    const { functionName, url } = node.callFrame;
    // `node:inspector` records.
    if (url === 'node:inspector' || (idle.has(functionName) && node.children === undefined)) return;
    const frame = idle.has(functionName) ? parent : childOf(parent, node.callFrame);
    if (frame !== parent) frame.self += selfOf.get(node.id) ?? 0;
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child !== undefined) addInto(frame, child);
    }
  };
  const [first] = nodes;
  if (first !== undefined) addInto(root, first);
  sumUp(root);
  return root;
}

/** The functions that took the most time without the functions that they called. */
export function topSelfTimes(root: Frame, count: number): readonly SelfTime[] {
  const byKey = new Map<string, SelfTime>();
  const visit = ({ name, place, self, children }: Frame): void => {
    const key = `${name} ${place}`;
    byKey.set(key, { name, place, self: self + (byKey.get(key)?.self ?? 0) });
    for (const child of children.values()) visit(child);
  };
  visit(root);
  return [...byKey.values()].sort((a, b) => b.self - a.self).slice(0, count);
}

function childOf(parent: Frame, { functionName, url, lineNumber }: Profiler.ProfileNode['callFrame']): Frame {
  const name = functionName === '' ? '(anonymous)' : functionName;
  const place = url === '' ? '' : `${shorten(url)}:${lineNumber + 1}`;
  const key = `${name} ${place}`;
  const known = parent.children.get(key);
  if (known !== undefined) return known;
  const child = createFrame(name, place);
  parent.children.set(key, child);
  return child;
}

/** `core/src/verifier.ts`, `jose/dist/webapi/jwt/verify.js`, `node:crypto`. */
function shorten(url: string): string {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  const [, ofPackage] = /.*[\\/]node_modules[\\/](.+)$/.exec(path) ?? [];
  if (ofPackage !== undefined) return ofPackage.replaceAll(sep, '/');
  if (!path.startsWith(repository)) return path;
  return relative(repository, path)
    .replaceAll(sep, '/')
    .replace(/^packages\//, '');
}

function createFrame(name: string, place: string): Frame {
  return { name, place, self: 0, total: 0, children: new Map() };
}

function sumUp(frame: Frame): number {
  frame.total = frame.self;
  for (const child of frame.children.values()) frame.total += sumUp(child);
  return frame.total;
}
