// The description of one export.
import { type DeclarationReflection, ReflectionKind, type SignatureReflection } from 'typedoc';
import { type CommentText, readComment } from './comment-text.ts';
import type { SourceTexts } from './convert.ts';
import { codeSpan, type Names } from './names.ts';

export interface PageContext {
  readonly names: Names;
  readonly texts: SourceTexts;
  /** The address of the page. */
  readonly page: string;
}

export function describe(reflection: DeclarationReflection, context: PageContext): readonly string[] {
  const heading = `### ${reflection.name}`;
  if (reflection.kindOf(ReflectionKind.Function)) {
    return [heading, ...describeSignatures(reflection.signatures ?? [], context)];
  }
  if (reflection.kindOf(ReflectionKind.ClassOrInterface)) return [heading, ...describeShape(reflection, context)];
  const comment = readComment(reflection.comment, context.names, context.page);
  const code = context.texts.get(reflection) ?? reflection.toString();
  const text = reflection.kindOf(ReflectionKind.Variable) && !code.startsWith('const') ? `const ${code}` : code;
  return [heading, comment.summary, fence(text), ...notes(comment), ...mentioned(code, reflection.name, context)];
}

/** Writes one block per doc comment. Overloads that share a comment are in one block. */
function describeSignatures(signatures: readonly SignatureReflection[], context: PageContext): readonly string[] {
  const groups = new Map<string, SignatureReflection[]>();
  for (const signature of signatures) {
    const key = JSON.stringify(readComment(signature.comment, context.names, context.page));
    groups.set(key, [...(groups.get(key) ?? []), signature]);
  }
  return [...groups.values()].flatMap((group) => {
    const [signature] = group;
    if (signature === undefined) return [];
    const comment = readComment(signature.comment, context.names, context.page);
    const code = group.map((each) => context.texts.get(each) ?? each.toString()).join('\n');
    const parameters = (signature.parameters ?? []).flatMap(({ name, comment }) => {
      const { summary } = readComment(comment, context.names, context.page);
      return summary === '' ? [] : [`- \`${name}\`: ${summary}`];
    });
    return [
      comment.summary,
      fence(code),
      parameters.join('\n'),
      ...notes(comment),
      ...mentioned(code, signature.name, context),
    ];
  });
}

function describeShape(reflection: DeclarationReflection, context: PageContext): readonly string[] {
  const { names, page, texts } = context;
  const comment = readComment(reflection.comment, names, page);
  const isClass = reflection.kindOf(ReflectionKind.Class);
  const members = (reflection.children ?? []).filter(
    ({ name, flags, inheritedFrom }) =>
      !name.startsWith('[') && !flags.isExternal && !(isClass && inheritedFrom !== undefined),
  );
  const fields = members.filter((each) => !each.kindOf([ReflectionKind.Method, ReflectionKind.Constructor]));
  const methods = members.filter((each) => each.kindOf([ReflectionKind.Method, ReflectionKind.Constructor]));
  const header = headerOf(texts.get(reflection) ?? reflection.name);
  return [
    comment.summary,
    ...(/[<]| extends | implements /.test(header)
      ? [fence(header), ...mentioned(header, reflection.name, context)]
      : []),
    ...notes(comment),
    fields
      .toSorted((a, b) => Number(a.flags.isOptional) - Number(b.flags.isOptional))
      .map((each) => describeField(each, context))
      .join('\n\n'),
    ...methods.flatMap((each) => [
      `#### ${each.kindOf(ReflectionKind.Constructor) ? `new ${reflection.name}` : `${reflection.name}.${each.name}`}()`,
      ...describeSignatures(each.signatures ?? [], context),
    ]),
  ];
}

/** `interface VerifierOptions<Custom extends object = Claims> extends VerifyOptions` */
function headerOf(text: string): string {
  let depth = 0;
  for (const [index, character] of [...text].entries()) {
    if (character === '<') depth += 1;
    if (character === '>' && text[index - 1] !== '=') depth -= 1;
    if (character === '{' && depth === 0) return wrapHeader(text.slice(0, index).trim());
  }
  return text;
}

function wrapHeader(header: string): string {
  return header.length > 70 ? header.replace(/ (?=(?:extends|implements) [^<>]*(?:<[^<>]*>[^<>]*)*$)/, '\n  ') : header;
}

function describeField(field: DeclarationReflection, context: PageContext): string {
  const comment = readComment(field.comment ?? field.getSignature?.comment, context.names, context.page);
  const type = typeOf(field, context);
  const optional = field.flags.isOptional ? '?' : '';
  const isLong = type.length > 140 || type.includes('{\n');
  const facts = [
    isLong
      ? codeSpan(field.name + optional)
      : `${codeSpan(`${field.name}${optional}:`)} ${context.names.linkCode(type, context.page)}`,
    ...comment.defaults.map((each) => `default ${each}`),
  ];
  const details = [
    isLong ? fence(type) : '',
    comment.summary,
    ...comment.deprecated.map((each) => `**Deprecated.** ${each}`),
    ...comment.throws.map((each) => `Throws ${each}`),
    ...comment.examples,
  ].filter((each) => each !== '');
  return [`- ${facts.join(', ')}`, ...details.map(indent)].join('\n\n');
}

/** The type of a field, as its author wrote it. */
function typeOf(field: DeclarationReflection, { texts }: PageContext): string {
  const accessor = field.getSignature;
  const text = texts.get(accessor ?? field);
  const written = accessor === undefined ? /^[^:(]*?\??:\s*([\s\S]+)$/ : /\):\s*([\s\S]+)$/;
  const type = text === undefined ? undefined : written.exec(withoutComments(text))?.[1];
  return type ?? (accessor?.type ?? field.type)?.toString() ?? 'unknown';
}

function notes(comment: CommentText): readonly string[] {
  return [
    ...comment.deprecated.map((each) => `**Deprecated.** ${each}`),
    ...comment.defaults.map((each) => `**Default:** ${each}`),
    ...comment.returns.map((each) => `**Returns** ${each}`),
    comment.throws.length === 1
      ? `**Throws** ${comment.throws[0]}`
      : comment.throws.length > 1
        ? ['**Throws**', '', ...comment.throws.map((each) => `- ${each.replaceAll('\n', ' ')}`)].join('\n')
        : '',
    ...comment.examples,
  ];
}

/** Links to the types that code mentions: code blocks have no links. */
function mentioned(code: string, own: string, { names, page }: PageContext): readonly string[] {
  const links = names
    .mentionedIn(withoutComments(code), page)
    .filter((name) => name !== own)
    .map((name) => `[\`${name}\`](${names.find(name, page)})`);
  return links.length === 0 ? [] : [`Types: ${links.join(', ')}`];
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\/\s*/g, '').replace(/\/\/[^\n]*\n/g, '');
}

function fence(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
