import { posix } from 'node:path';
import type { Plugin, RenderedChunk, RolldownMagicString } from 'rolldown';

/** Lets editors, and the compiler of an app, name types as `src/` does. */
export function declarationNames(): Plugin {
  return {
    name: 'declaration-names',
    renderChunk(code, chunk, _options, { chunks, magicString }) {
      if (magicString === undefined) throw new Error('The option nativeMagicString is off.');
      removeSecondNames(code, magicString);
      const imported = this.getModuleInfo(chunk.facadeModuleId ?? '')?.importedIds ?? [];
      for (const entry of Object.values(chunks)) {
        if (imported.includes(entry.facadeModuleId ?? '')) magicString.prepend(importOf(entry, chunk));
      }
      return magicString.hasChanged() ? { code: magicString } : null;
    },
  };
}

/** If a module uses a type of another package and also exports it, rolldown imports it twice: `Auth, Auth as Auth$1`. */
function removeSecondNames(code: string, edited: RolldownMagicString): void {
  for (const { 0: both, 1: name = '', 2: alias = '', index } of code.matchAll(/\b(\w+), \1 as (\1\$\d+)\b/g)) {
    edited.remove(index + name.length, index + both.length);
    for (const { index: start } of code.matchAll(new RegExp(`(?<! as )\\b${alias.replace('$', '\\$')}\\b`, 'g'))) {
      edited.update(start, start + alias.length, name);
    }
  }
}

/**
 * An import of another entry point. The compiler finds a name for a type only in the entry points that an app, or another entry
 * point, imports. rolldown replaces such an import by one of the file that they share.
 */
function importOf(entry: RenderedChunk, by: RenderedChunk): string {
  const path = posix.relative(posix.dirname(by.fileName), entry.fileName).replace(/\.d\.ts$/, '.js');
  return `import "${path.startsWith('.') ? path : `./${path}`}";\n`;
}
