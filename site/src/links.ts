// Rewrites the links of a page of the repository into links of the site.
import { posix } from 'node:path';
import { findCode, isInside } from './markdown-code.ts';

export interface LinkTargets {
  /** The address of the page that is made from a file or a folder of the repository. */
  readonly addressOf: (path: string) => string | undefined;
  /** The URL of the repository, if it is known. */
  readonly repositoryUrl: string | undefined;
}

/**
 * A relative link to a file that is on the site becomes a link to its page. A link to another file becomes a link to the
 * repository, or plain text if the URL of the repository is not known.
 *
 * @param source the path of the page in the repository
 */
export function rewriteLinks(markdown: string, source: string, targets: LinkTargets): string {
  const code = findCode(markdown);
  let [text, end] = ['', 0];
  for (const match of markdown.matchAll(/\]\(([^)\s]+)\)/g)) {
    const target = match[1] ?? '';
    if (isInside(code, match.index) || /^(?:[a-z]+:|#|\/)/.test(target)) continue;
    const start = openingBracket(markdown, match.index, code);
    if (start === undefined || start < end) continue;
    const label = markdown.slice(start + 1, match.index);
    const isImage = markdown[start - 1] === '!';
    text += markdown.slice(end, start) + linkTo(target, label, isImage, source, targets);
    end = match.index + match[0].length;
  }
  return text + markdown.slice(end);
}

function linkTo(target: string, label: string, isImage: boolean, source: string, targets: LinkTargets): string {
  const [path = '', anchor] = target.split('#');
  const resolved = posix.join(posix.dirname(source), path).replace(/\/$/, '');
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (isImage) return `[${label}](/${posix.basename(resolved)})`;
  const address = targets.addressOf(resolved);
  if (address !== undefined) return `[${label}](${address}${hash})`;
  if (targets.repositoryUrl !== undefined) return `[${label}](${targets.repositoryUrl}/blob/main/${resolved}${hash})`;
  const plain = label.replaceAll('`', '').replace(/\/$/, '');
  return resolved === plain || resolved.endsWith(`/${plain}`) ? `\`${resolved}\`` : `${label} (\`${resolved}\`)`;
}

/** The index of the `[` that belongs to the `]` at `closing`. */
function openingBracket(markdown: string, closing: number, code: ReturnType<typeof findCode>): number | undefined {
  let depth = 1;
  for (let index = closing - 1; index >= 0; index -= 1) {
    if (markdown.startsWith('\n\n', index)) return undefined;
    if (isInside(code, index)) continue;
    if (markdown[index] === ']') depth += 1;
    if (markdown[index] === '[') depth -= 1;
    if (depth === 0) return index;
  }
  return undefined;
}
