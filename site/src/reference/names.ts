// Links from the name of an export to its description.
import type { DeclarationReflection, Reflection } from 'typedoc';
import { anchorOf } from '../../../scripts/markdown.ts';
import type { Converted } from './convert.ts';

export class Names {
  readonly #addresses = new Map<Reflection, string>();
  readonly #byPage = new Map<string, Map<string, string>>();

  constructor(converted: readonly Converted[]) {
    for (const { entryPoint, exports } of converted) {
      const names = new Map<string, string>();
      for (const each of exports) {
        const target = targetOf(each);
        if (target === each) this.#addresses.set(each, `${entryPoint.address}#${anchorOf(each.name)}`);
        const address = this.#addresses.get(target);
        if (address !== undefined) names.set(each.name, address);
      }
      this.#byPage.set(entryPoint.address, names);
    }
  }

  addressOf(reflection: Reflection | undefined): string | undefined {
    for (let each = reflection; each !== undefined; each = each.parent) {
      const address = this.#addresses.get(each);
      if (address !== undefined) return address;
    }
    return undefined;
  }

  /** Where `name` is described, as it is used on `page`. */
  find(name: string, page: string): string | undefined {
    return this.#byPage.get(page)?.get(name) ?? this.#byPage.get('/reference/core')?.get(name);
  }

  /** The names that occur in code and have a description, in order. */
  mentionedIn(code: string, page: string): readonly string[] {
    const words = code.match(/\b[A-Z]\w+/g) ?? [];
    return [...new Set(words)].filter((name) => this.find(name, page) !== undefined);
  }

  /** Code of one line, with links: `` `Promise<`[`Auth`](…)`>` ``. */
  linkCode(code: string, page: string): string {
    const line = code.replace(/\s*\n\s*/g, ' ').replace(/^\| /, '');
    return line
      .split(/\b([A-Z]\w+)/)
      .map((part, index) => {
        if (part === '') return '';
        const address = index % 2 === 1 ? this.find(part, page) : undefined;
        return address === undefined ? codeSpan(part) : `[${codeSpan(part)}](${address})`;
      })
      .join('')
      .replace(/(?<!`)``(?!`)/g, '');
  }
}

/** The declaration behind `export { name } from`. */
export function targetOf(reflection: DeclarationReflection): DeclarationReflection {
  return reflection.isReference()
    ? ((reflection.getTargetReflectionDeep() as DeclarationReflection | undefined) ?? reflection)
    : reflection;
}

export function codeSpan(text: string): string {
  const mark = text.includes('`') ? '``' : '`';
  // Markdown removes one space at each end of a code span.
  return `${mark}${text.startsWith('`') || text.endsWith('`') ? ` ${text} ` : text}${mark}`;
}
