import { RE2Set } from 're2js';
import { coversMethod, type Permission } from './permission.ts';
import { programSizeOf } from './regex-size.ts';

/** Bytes for the states that one set remembers. Where they do not suffice it is slower, and still linear. */
const maxStateBytes = 1 << 20;

/**
 * Permissions with a regular expression, asked all at once: each is held against the whole resource, in a time that
 * grows with its length alone. RE2 has no backtracking, hence no lookahead and no back-references; it refuses them.
 */
export class RegexSet {
  readonly #set: RE2Set = new RE2Set(RE2Set.ANCHOR_BOTH, 0, maxStateBytes);
  readonly #permissions: Permission[] = [];
  #size = 0;

  /** Of all its expressions together, see `programSizeOf`. */
  get size(): number {
    return this.#size;
  }

  /** Returns why a regular expression cannot be used, and leaves it out then. */
  add(permission: Permission, source: string): string | undefined {
    try {
      // Reads it, and takes nothing in that cannot be read. Compiling fails only at a size that no role has room for.
      this.#set.add(source);
    } catch (error) {
      return `its regular expression cannot be used: ${error instanceof Error ? error.message : 'it cannot be read'}`;
    }
    this.#permissions.push(permission);
    this.#size += programSizeOf(source);
    return undefined;
  }

  /** Now, so that no request has to wait for it. */
  compile(): void {
    this.#set.compile();
  }

  find(resource: string, method: string): Permission | undefined {
    for (const index of this.#set.match(resource)) {
      const permission = this.#permissions[index];
      if (permission !== undefined && coversMethod(permission.method, method)) return permission;
    }
    return undefined;
  }
}

/**
 * The whole segments that everything a regular expression matches must begin with: of `sales/invoices/\d+`, two. None
 * where that cannot be said for sure.
 */
export function literalSegments(source: string): readonly string[] {
  if (source.includes('|')) return [];
  const [prefix = ''] = /^(?:[A-Za-z0-9_-]+\/)+/.exec(source) ?? [];
  // A quantifier behind the last slash would be about that slash.
  if (/[*+?{]/.test(source.charAt(prefix.length))) return [];
  return prefix === '' ? [] : prefix.slice(0, -1).split('/');
}
