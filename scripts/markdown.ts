/** A link of a page, as it is written: `[text](target)` or `![text](target)`. */
export interface Link {
  readonly target: string;
  readonly isImage: boolean;
  /** The line of the target, from 1. */
  readonly line: number;
}

/** Replaces the targets of all links outside of code. */
export function mapLinks(markdown: string, replace: (link: Link) => string): string {
  let fence: string | undefined;
  return markdown
    .split('\n')
    .map((text, index) => {
      const mark = /^\s*(`{3,})/.exec(text)?.[1];
      if (fence !== undefined || mark !== undefined) {
        if (fence === undefined) fence = mark;
        else if (text.trim() === fence) fence = undefined;
        return text;
      }
      return mapOutsideCode(text, (part) =>
        part.replace(/(!\[[^\]]*)?\]\(([^)\s]+)/g, (link, image: string | undefined, target: string) => {
          const start = link.slice(0, link.length - target.length);
          return start + replace({ target, isImage: image !== undefined, line: index + 1 });
        }),
      );
    })
    .join('\n');
}

export function listLinks(markdown: string): readonly Link[] {
  const links: Link[] = [];
  mapLinks(markdown, (link) => {
    links.push(link);
    return link.target;
  });
  return links;
}

/** The anchors of a page's headings, as the hosting site makes them: `#a-heading` without `#`. */
export function listAnchors(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  let fence: string | undefined;
  for (const text of markdown.split('\n')) {
    const mark = /^\s*(`{3,})/.exec(text)?.[1];
    if (fence === undefined ? mark !== undefined : text.trim() === fence) {
      fence = fence === undefined ? mark : undefined;
      continue;
    }
    const heading = fence === undefined ? /^#{1,6} +(.+?) *$/.exec(text)?.[1] : undefined;
    if (heading === undefined) continue;
    const anchor = anchorOf(heading);
    let free = anchor;
    for (let count = 1; anchors.has(free); count += 1) free = `${anchor}-${count}`;
    anchors.add(free);
  }
  return anchors;
}

export function anchorOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** Calls `map` with each part of a line that is not inside backticks. */
function mapOutsideCode(line: string, map: (part: string) => string): string {
  return line
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 0 ? map(part) : part))
    .join('');
}
