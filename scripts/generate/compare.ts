// Lists what changes in the client between two versions of the specification.
import type { JsonObject } from '../../spec/corrections.ts';
import { withoutNames } from './endpoint-key.ts';
import { listAt, objectAt, resolve, textAt } from './openapi.ts';
import type { Field, Operation } from './operations.ts';
import type { PublicType } from './public-types.ts';
import { type Shape, shapeOf } from './shape.ts';

export interface Change {
  /** The client's method: `users.update`. */
  readonly method: string;
  readonly what: string;
  /** Whether a program that calls the method may stop compiling or behave differently. */
  readonly isBreaking: boolean;
}

export interface Specification {
  /** As the server published it, without corrections. */
  readonly published: JsonObject;
  readonly document: JsonObject;
  readonly operations: readonly Operation[];
  readonly types: ReadonlyMap<string, PublicType>;
}

type Report = (what: string, isBreaking: boolean) => void;

/**
 * Which way a value travels. Rejecting a value that was accepted breaks senders. Returning a new type breaks receivers.
 */
type Direction = 'sent' | 'received';

/** All changes: of the server and of how it identifies callers, then of methods, then of public types. */
export function compareSpecifications(old: Specification, next: Specification): readonly Change[] {
  const methods = compareMethods(old, next);
  return [...compareServers(old, next), ...methods, ...compareTypes(old, next, methods)];
}

export function compareMethods(old: Specification, next: Specification): readonly Change[] {
  const before = new Map(old.operations.map((operation) => [fullName(operation), operation]));
  const after = new Map(next.operations.map((operation) => [fullName(operation), operation]));
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((method) => {
    const changes: Change[] = [];
    const report: Report = (what, isBreaking) => changes.push({ method, what, isBreaking });
    const [was, is] = [before.get(method), after.get(method)];
    if (was === undefined && is !== undefined) report(`added: ${is.method} ${is.path}`, false);
    else if (was !== undefined && is === undefined) report(`removed: ${was.method} ${was.path}`, true);
    else if (was !== undefined && is !== undefined) compareOperations(was, is, old, next, report);
    return changes;
  });
}

function compareOperations(
  was: Operation,
  is: Operation,
  old: Specification,
  next: Specification,
  report: Report,
): void {
  const [from, to] = [was, is].map(({ method, path }) => `${method} ${withoutNames(path)}`);
  // Breaking although the method name stays the same: released clients still send the old request.
  if (from !== to) report(`moved from ${from} to ${to}`, true);
  if (was.parameters.length !== is.parameters.length) report('has a different number of path parameters', true);
  compareSecurity(securityOf(was, old), securityOf(is, next), report);

  compareFields('query parameter', fieldMap(was.query, old), fieldMap(is.query, next), 'sent', report);
  const what = is.method === 'PATCH' ? 'patch field' : 'body field';
  if ((was.body === 'raw') !== (is.body === 'raw')) report('body changed between named fields and any JSON', true);
  else compareFields(what, fieldMap(was.body, old), fieldMap(is.body, next), 'sent', report);
  if (!was.needsInput && is.needsInput) report('params are now required', true);

  compareStatuses(was, is, old, next, report);
  compareMediaTypes(was, is, old, next, report);
  if (was.answer !== is.answer) report(`now returns ${is.answer}, previously ${was.answer}`, true);
  else if (was.answerSchema !== undefined && is.answerSchema !== undefined) {
    const answers = [shapeOf(old.document, was.answerSchema), shapeOf(next.document, is.answerSchema)] as const;
    compareShapes('response field', '', answers, 'received', report);
  }
}

// Not breaking: the client accepts every status of a success, and has one error for every refusal.
function compareStatuses(was: Operation, is: Operation, old: Specification, next: Specification, report: Report): void {
  const [before, after] = [statusesOf(was, old), statusesOf(is, next)];
  const gained = after.filter((status) => !before.includes(status));
  const lost = before.filter((status) => !after.includes(status));
  if (gained.length > 0) report(`may now answer with ${gained.join(', ')}`, false);
  if (lost.length > 0) report(`may no longer answer with ${lost.join(', ')}`, false);
}

function statusesOf({ path, method }: Operation, { document }: Specification): readonly string[] {
  return Object.keys(objectAt(document, 'paths', path, method.toLowerCase(), 'responses')).sort();
}

// Breaking: released clients send and read the types of before.
function compareMediaTypes(
  was: Operation,
  is: Operation,
  old: Specification,
  next: Specification,
  report: Report,
): void {
  for (const [what, before, after] of [
    ['the request', requestTypesOf(was, old), requestTypesOf(is, next)],
    ['the response', answerTypesOf(was, old), answerTypesOf(is, next)],
  ] as const) {
    if (before.length > 0 && after.length > 0 && before.join() !== after.join())
      report(`${what} is now ${after.join(' or ')}, previously ${before.join(' or ')}`, true);
  }
}

function requestTypesOf({ path, method }: Operation, { document }: Specification): readonly string[] {
  const body = objectAt(document, 'paths', path, method.toLowerCase(), 'requestBody');
  return Object.keys(objectAt(resolve(document, body), 'content')).sort();
}

function answerTypesOf({ path, method }: Operation, { document }: Specification): readonly string[] {
  const responses = objectAt(document, 'paths', path, method.toLowerCase(), 'responses');
  const types = Object.keys(responses)
    .filter((status) => status.startsWith('2'))
    .flatMap((status) => Object.keys(objectAt(resolve(document, objectAt(responses, status)), 'content')));
  return [...new Set(types)].sort();
}

type Fields = Shape['fields'];

function fieldMap(fields: Operation['body'], { document }: Specification): Fields {
  const list: readonly Field[] = Array.isArray(fields) ? fields : [];
  return new Map(list.map(({ name, schema, isRequired }) => [name, { shape: shapeOf(document, schema), isRequired }]));
}

function compareFields(what: string, was: Fields, is: Fields, direction: Direction, report: Report, parent = ''): void {
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    const [before, after] = [was.get(name), is.get(name)];
    const label = `${what} ${parent}${name}`;
    if (after === undefined) report(`${label} removed`, true);
    else if (before === undefined) {
      const isForced = direction === 'sent' && after.isRequired;
      report(`${isForced ? 'required ' : ''}${label} added`, isForced);
    } else {
      if (before.isRequired !== after.isRequired) {
        report(
          `${label} is ${after.isRequired ? 'now' : 'no longer'} required`,
          after.isRequired === (direction === 'sent'),
        );
      }
      compareShapes(what, `${parent}${name}`, [before.shape, after.shape], direction, report);
    }
  }
}

function compareShapes(
  what: string,
  path: string,
  [was, is]: readonly [Shape, Shape],
  direction: Direction,
  report: Report,
): void {
  const label = path === '' ? 'the response' : `${what} ${path}`;
  const gained = is.types.filter((type) => !was.types.includes(type));
  const lost = was.types.filter((type) => !is.types.includes(type));
  if (gained.length > 0) report(`${label} may now be ${gained.join(' or ')}`, direction === 'received');
  if (lost.length > 0) report(`${label} may no longer be ${lost.join(' or ')}`, direction === 'sent');
  if (was.format !== is.format)
    report(`${label} now has the format ${is.format ?? 'none'}, previously ${was.format ?? 'none'}`, true);
  compareValues(label, was.values, is.values, direction, report);
  if (was.item !== undefined && is.item !== undefined) {
    compareShapes(what, `${path}[]`, [was.item, is.item], direction, report);
  }
  const parent = path === '' ? '' : `${path}.`;
  compareFields(what, was.fields, is.fields, direction, report, parent);
}

function compareValues(
  label: string,
  was: Shape['values'],
  is: Shape['values'],
  direction: Direction,
  report: Report,
): void {
  if (was === undefined && is !== undefined)
    report(`${label} must now be one of ${is.join(', ')}`, direction === 'sent');
  if (was !== undefined && is === undefined) report(`${label} may now be any string`, direction === 'received');
  if (was === undefined || is === undefined) return;
  const gained = is.filter((value) => !was.includes(value));
  const lost = was.filter((value) => !is.includes(value));
  // Not breaking: the API never promises that a list of values is complete, so programs must expect unknown values.
  if (gained.length > 0) report(`${label} may now be ${gained.join(', ')}`, false);
  if (lost.length > 0) report(`${label} may no longer be ${lost.join(', ')}`, direction === 'sent');
}

/**
 * Changes of public types that no method shows: a type with another name, or with another content than the method's
 * schema says.
 */
function compareTypes(old: Specification, next: Specification, methods: readonly Change[]): readonly Change[] {
  const known = new Set(methods.map(({ what }) => withoutPlace(what)));
  return [...new Set([...old.types.keys(), ...next.types.keys()])].sort().flatMap((name) => {
    const changes: Change[] = [];
    const report: Report = (what, isBreaking) => {
      if (!known.has(withoutPlace(what))) changes.push({ method: name, what, isBreaking });
    };
    const [was, is] = [old.types.get(name), next.types.get(name)];
    if (is === undefined) report('the type was removed, or has another name', true);
    else if (was === undefined) report('the type was added', false);
    else {
      compareShapes('field', '', [was.shape, is.shape], is.direction, report);
      for (const [method, before] of was.results) {
        const after = is.results.get(method) ?? before;
        if (after !== before) report(`${method} now returns ${after}, previously ${before}`, true);
      }
    }
    return changes;
  });
}

function withoutPlace(what: string): string {
  return what
    .replace(/\b(?:response|body|patch) field|\bquery parameter/, 'field')
    .replace(/\bfield (?:items)?\[\]\./, 'field ');
}

function compareServers(old: Specification, next: Specification): readonly Change[] {
  const [before, after] = [serversOf(old.published), serversOf(next.published)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((place): readonly Change[] => {
    const [was, is] = [before.get(place) ?? [], after.get(place) ?? []];
    if (was.join() === is.join()) return [];
    // Development servers name themselves, with a port that changes at every start.
    const isPublic = (url: string): boolean => !/^https?:\/\/(localhost|127\.|\[::1\])/.test(url);
    const used = listAt(next.document, 'servers').map((server) => textAt(server, 'url'));
    const isLost = was.some((url) => isPublic(url) && !is.includes(url));
    const isOther = is.some(isPublic) && !is.some((url) => used.includes(url));
    const what = `the server is now ${is.join(', ') || 'not named'}, previously ${was.join(', ') || 'not named'}. The client sends to ${used.join(', ')}`;
    return [{ method: place, what, isBreaking: isLost || isOther }];
  });
}

/** The server addresses of the document, its paths and its operations. */
function serversOf(document: JsonObject): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const add = (place: string, holder: JsonObject): void => {
    const urls = listAt(holder, 'servers').map((server) => (textAt(server, 'url') ?? '').replace(/\/+$/, ''));
    if (urls.length > 0) found.set(place, urls);
  };
  add('servers', document);
  for (const [path, value] of Object.entries(objectAt(document, 'paths'))) {
    const item = objectAt(value);
    add(path, item);
    for (const [method, operation] of Object.entries(item)) add(`${method.toUpperCase()} ${path}`, objectAt(operation));
  }
  return found;
}

/** How an operation identifies the caller: each entry is enough. The names of the schemes do not matter. */
function securityOf({ path, method }: Operation, { document }: Specification): readonly string[] {
  const own = objectAt(document, 'paths', path, method.toLowerCase());
  return listAt('security' in own ? own : document, 'security')
    .map((alternative) => {
      const schemes = Object.keys(objectAt(alternative)).map((name) => {
        const scheme = resolve(document, objectAt(document, 'components', 'securitySchemes', name));
        const words = ['type', 'scheme', 'in', 'name'].map((key) => textAt(scheme, key) ?? '');
        return words.join(' ').toLowerCase().trim().replaceAll(/ +/g, ' ') || 'an unknown scheme';
      });
      return schemes.sort().join(' and ') || 'nothing';
    })
    .sort();
}

function compareSecurity(was: readonly string[], is: readonly string[], report: Report): void {
  if (was.join() === is.join()) return;
  const isStillAccepted = is.length === 0 || was.every((each) => is.includes(each));
  const [before, after] = [was, is].map((list) => list.join(' or ') || 'nothing');
  report(`now requires ${after}, previously ${before}`, !isStillAccepted);
}

function fullName({ resource, name }: Operation): string {
  return `${resource}.${name}`;
}
