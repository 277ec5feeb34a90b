// The parts of a doc comment as Markdown.
import { type Comment, type CommentDisplayPart, Reflection } from 'typedoc';
import { codeSpan, type Names } from './names.ts';

export interface CommentText {
  readonly summary: string;
  readonly defaults: readonly string[];
  readonly returns: readonly string[];
  readonly throws: readonly string[];
  readonly deprecated: readonly string[];
  readonly examples: readonly string[];
}

const none: CommentText = { summary: '', defaults: [], returns: [], throws: [], deprecated: [], examples: [] };

export function readComment(comment: Comment | undefined, names: Names, page: string): CommentText {
  if (comment === undefined) return none;
  const text = (parts: readonly CommentDisplayPart[]) => partsText(parts, names).trim();
  const all = (tag: string) => comment.getTags(tag as `@${string}`).map(({ content }) => text(content));
  return {
    summary: text(comment.summary),
    defaults: all('@default').map((each) => each.replace(/^```ts\n([^\n]*)\n```$/, '`$1`')),
    returns: all('@returns'),
    throws: all('@throws').map((each) => linkFirstWord(each, names, page)),
    deprecated: all('@deprecated'),
    examples: all('@example'),
  };
}

function partsText(parts: readonly CommentDisplayPart[], names: Names): string {
  return parts.map((part) => partText(part, names)).join('');
}

function partText(part: CommentDisplayPart, names: Names): string {
  if (part.kind !== 'inline-tag') return part.text;
  const { target, text } = part;
  if (typeof target === 'string') return `[${text}](${target})`;
  const address = target instanceof Reflection ? names.addressOf(target) : undefined;
  return address === undefined ? codeSpan(text) : `[${codeSpan(text)}](${address})`;
}

/** Links the class name at the beginning of a `@throws` text, such as `ToriiConfigError if …`. */
function linkFirstWord(text: string, names: Names, page: string): string {
  const name = /^[A-Z]\w+/.exec(text)?.[0] ?? '';
  const address = names.find(name, page);
  return address === undefined ? text : `[\`${name}\`](${address})${text.slice(name.length)}`;
}
