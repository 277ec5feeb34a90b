import { ToriiConfigError } from '@torii/core';
import { readPath } from '@torii/core/adapter';

/** What a permission covers: segments that are compared one by one, or a regular expression for the whole resource. */
export type ResourcePattern =
  | { readonly kind: 'segments'; readonly segments: readonly string[]; readonly isSubtree: boolean }
  | { readonly kind: 'regex'; readonly source: string };

/** One line of a role, read: `sales/invoices:get`. */
export interface Permission {
  /** As the document has it. */
  readonly text: string;
  /** In upper case, or `*`. */
  readonly method: string;
  readonly resource: ResourcePattern;
}

/** Why a role's holder may do something. */
export interface Grant {
  readonly role: string;
  readonly permission: Permission;
}

/** Why a line cannot be read. It grants nothing; the lines around it are not touched by that. */
export interface Unreadable {
  readonly problem: string;
}

/** Stands for one segment; at the end, behind a slash, for everything below. */
export const star = '*';

const maxLength = 1_000;

/** Reads one line of a role. Whatever is not understood through and through is unreadable, and so grants nothing. */
export function readPermission(text: unknown): Permission | Unreadable {
  if (typeof text === 'string' && text.length > maxLength)
    return { problem: `it is longer than ${maxLength} characters` };
  return parsePermission(text);
}

function parsePermission(text: unknown): Permission | Unreadable {
  if (typeof text !== 'string') return { problem: 'it is not a text such as "sales/invoices:get"' };
  // The last colon: a regular expression, and a segment, may have colons of their own.
  const colon = text.lastIndexOf(':');
  if (colon === -1) return { problem: 'it names no method: write "sales/invoices:get", or ":*" for any' };
  const method = readMethod(text.slice(colon + 1));
  if (method === undefined) return { problem: 'what follows the colon is not a method, such as get, or *' };
  const resource = readResource(text.slice(0, colon));
  return 'problem' in resource ? resource : { text, method, resource };
}

/** A method as HTTP has it, in upper case. */
function readMethod(text: string): string | undefined {
  return text === star || /^[A-Za-z]+(?:-[A-Za-z]+)*$/.test(text) ? text.toUpperCase() : undefined;
}

/** Whether a rule's method covers a request's. HEAD follows GET; `*` leaves out what tunnels or echoes a request. */
export function coversMethod(rule: string, requested: string): boolean {
  if (rule === star) return requested !== 'CONNECT' && requested !== 'TRACE';
  return rule === requested || (rule === 'GET' && requested === 'HEAD');
}

/** The segments of a resource: of `sales/invoices`, two; of the root, none. */
export function segmentsOf(resource: string): readonly string[] {
  return resource === '' ? [] : resource.split('/');
}

/**
 * Reads a question such as `sales/invoices:post`: one method, one resource.
 *
 * @throws ToriiConfigError for anything else
 */
export function readQuestion(text: string): { readonly method: string; readonly resource: string } {
  const permission = parsePermission(text);
  const problem = 'problem' in permission ? permission.problem : problemOfQuestion(permission);
  if ('problem' in permission || permission.resource.kind !== 'segments' || problem !== undefined) {
    throw new ToriiConfigError('can', `This cannot be asked: ${problem}. Write can(auth, 'sales/invoices:post').`);
  }
  return { method: permission.method, resource: permission.resource.segments.join('/') };
}

function problemOfQuestion({ method, resource }: Permission): string | undefined {
  if (method === star) return 'it asks about every method at once';
  if (resource.kind === 'segments' && !resource.isSubtree && !resource.segments.includes(star)) return undefined;
  return 'it asks about more than one resource';
}

function readResource(text: string): ResourcePattern | Unreadable {
  if (text.startsWith('%r{')) return readRegex(text);
  if (text === '') return { problem: 'it names no resource: write "/" for the root' };
  const relative = text.startsWith('/') ? text.slice(1) : text;
  const segments = segmentsOf(relative);
  const problem = problemOf(relative, segments);
  if (problem !== undefined) return { problem };
  const isSubtree = text.endsWith('/*');
  return { kind: 'segments', segments: isSubtree ? segments.slice(0, -1) : segments, isSubtree };
}

function readRegex(text: string): ResourcePattern | Unreadable {
  if (!text.endsWith('}')) return { problem: 'its regular expression has no end: write "%r{sales/invoices/\\d+}:get"' };
  const source = text.slice('%r{'.length, -1).trim();
  return source === '' ? { problem: 'its regular expression is empty' } : { kind: 'regex', source };
}

// What no path can hold would never match, and is a mistake that somebody wants to hear of.
function problemOf(resource: string, segments: readonly string[]): string | undefined {
  if (segments.some((segment) => segment !== star && segment.includes(star))) {
    return 'a star stands for a whole segment, or behind a slash at the end for everything below';
  }
  if (resource.includes('%')) return 'write the resource decoded, as a person reads it';
  if (resource.includes('?') || resource.includes('#')) return 'a resource has no query and no fragment';
  if (resource.endsWith('/')) return 'a resource has no slash at the end';
  const reading = readEncoded(`/${resource}`);
  return 'problem' in reading ? reading.problem.replace('path', 'resource') : undefined;
}

function readEncoded(path: string): ReturnType<typeof readPath> {
  try {
    return readPath(encodeURI(path));
  } catch {
    return { problem: 'the path holds half a character' };
  }
}
