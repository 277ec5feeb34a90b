import { ToriiConfigError } from '@torii/core';
import { readPath } from '@torii/core/adapter';

export type ResourcePattern =
  | { readonly kind: 'segments'; readonly segments: readonly string[]; readonly isSubtree: boolean }
  | { readonly kind: 'regex'; readonly source: string };

export interface Permission {
  readonly text: string;
  readonly method: string;
  readonly resource: ResourcePattern;
}

export interface Grant {
  readonly role: string;
  readonly permission: Permission;
}

export interface Unreadable {
  readonly problem: string;
}

export const star = '*';

const maxLength = 1_000;

export function readPermission(text: unknown): Permission | Unreadable {
  if (typeof text === 'string' && text.length > maxLength)
    return { problem: `the permission is longer than ${maxLength} characters` };
  return parsePermission(text);
}

function parsePermission(text: unknown): Permission | Unreadable {
  if (typeof text !== 'string') return { problem: 'the permission is not a string such as "sales/invoices:get"' };
  const colon = text.lastIndexOf(':');
  if (colon === -1) return { problem: 'the permission has no method. Write "sales/invoices:get"' };
  const method = readMethod(text.slice(colon + 1));
  if (method === undefined) return { problem: 'the text after the last colon is not an HTTP method or *' };
  const resource = readResource(text.slice(0, colon));
  return 'problem' in resource ? resource : { text, method, resource };
}

function readMethod(text: string): string | undefined {
  return text === star || /^[A-Za-z]+(?:-[A-Za-z]+)*$/.test(text) ? text.toUpperCase() : undefined;
}

export function coversMethod(granted: string, requested: string): boolean {
  // `*` covers neither CONNECT, which opens a tunnel, nor TRACE, which echoes the request's headers.
  if (granted === star) return requested !== 'CONNECT' && requested !== 'TRACE';
  return granted === requested || (granted === 'GET' && requested === 'HEAD');
}

export function segmentsOf(resource: string): readonly string[] {
  return resource === '' ? [] : resource.split('/');
}

export function readQuestion(text: string): { readonly method: string; readonly resource: string } {
  const permission = parsePermission(text);
  const problem = 'problem' in permission ? permission.problem : problemOfQuestion(permission);
  if ('problem' in permission || permission.resource.kind !== 'segments' || problem !== undefined) {
    throw new ToriiConfigError(
      'can',
      `The permission cannot be looked up: ${problem}. Write can(auth, 'sales/invoices:post').`,
    );
  }
  return { method: permission.method, resource: permission.resource.segments.join('/') };
}

function problemOfQuestion({ method, resource }: Permission): string | undefined {
  if (method === star) return 'it has * instead of one method';
  if (resource.kind === 'segments' && !resource.isSubtree && !resource.segments.includes(star)) return undefined;
  return 'it can match more than one resource';
}

function readResource(text: string): ResourcePattern | Unreadable {
  if (text.startsWith('%r{')) return readRegex(text);
  if (text === '') return { problem: 'the permission has no resource. Write "/" for the root' };
  const relative = text.startsWith('/') ? text.slice(1) : text;
  const segments = segmentsOf(relative);
  const problem = problemOf(relative, segments);
  if (problem !== undefined) return { problem };
  const isSubtree = text.endsWith('/*');
  return { kind: 'segments', segments: isSubtree ? segments.slice(0, -1) : segments, isSubtree };
}

function readRegex(text: string): ResourcePattern | Unreadable {
  if (!text.endsWith('}'))
    return { problem: 'the regular expression has no closing }. Write "%r{sales/invoices/\\d+}:get"' };
  const source = text.slice('%r{'.length, -1).trim();
  return source === '' ? { problem: 'the regular expression is empty' } : { kind: 'regex', source };
}

function problemOf(resource: string, segments: readonly string[]): string | undefined {
  if (segments.some((segment) => segment !== star && segment.includes(star))) {
    return 'a star must be a whole segment. Write "users/*" for everything below users';
  }
  if (resource.includes('%')) return 'the resource contains %. Write it decoded, without percent-encoding';
  if (resource.includes('?') || resource.includes('#'))
    return 'the resource contains ? or #. Leave out the query and the fragment';
  if (resource.endsWith('/')) return 'the resource ends with a slash. Remove it';
  const reading = readEncoded(`/${resource}`);
  return 'problem' in reading ? reading.problem.replace('path', 'resource') : undefined;
}

function readEncoded(path: string): ReturnType<typeof readPath> {
  try {
    return readPath(encodeURI(path));
  } catch {
    return { problem: 'the path contains half of a surrogate pair' };
  }
}
