import { relative } from 'node:path';
import ts from 'typescript';
import { repository } from '../workspace.ts';

/** What the doc comment of an option says. */
export interface OptionComment {
  readonly file: string;
  /** The first paragraph. */
  readonly text: string;
  readonly absent: string | undefined;
}

const described = /(?:Options|IssuerApproval|StoredPermissions|NatsTls|StreamRequest|ApiRequest)$/;

/** The doc comments of all properties of exported interfaces, by the property's name. */
export function readOptionComments(sources: readonly ts.SourceFile[]): ReadonlyMap<string, readonly OptionComment[]> {
  const comments = new Map<string, OptionComment[]>();
  for (const source of sources) {
    const file = relative(repository, source.fileName).replaceAll('\\', '/');
    ts.forEachChild(source, (node) => {
      if (!ts.isInterfaceDeclaration(node) || !described.test(node.name.text)) return;
      for (const member of node.members) {
        const isNamed =
          (ts.isPropertySignature(member) || ts.isMethodSignature(member)) && ts.isIdentifier(member.name);
        const comment = isNamed ? commentOf(member, file) : undefined;
        if (!isNamed || comment === undefined) continue;
        const name = (member.name as ts.Identifier).text;
        comments.set(name, [...(comments.get(name) ?? []), comment]);
      }
    });
  }
  return comments;
}

function commentOf(member: ts.TypeElement, file: string): OptionComment | undefined {
  const [doc] = ts.getJSDocCommentsAndTags(member).filter((each) => ts.isJSDoc(each));
  const text = ts.getTextOfJSDocComment(doc?.comment);
  // Skip a comment that only refers to another one.
  if (doc === undefined || text === undefined || / See \{@link [^}]*\}\.$/.test(text)) return undefined;
  const [paragraph = ''] = text.split(/\n\s*\n/);
  const tag = doc.tags?.find(({ tagName }) => tagName.text === 'default');
  const absent = ts.getTextOfJSDocComment(tag?.comment);
  return { file, text: oneLine(paragraph), absent: absent === undefined ? undefined : oneLine(absent) };
}

function oneLine(text: string): string {
  return text
    .replaceAll(/\{@link ([\w.]+)\}/g, '`$1`')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
