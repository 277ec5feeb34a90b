// What a newer specification changes for the people who use the client.
import type { JsonObject } from '../../spec/corrections.ts';
import type { Field, Operation } from './operations.ts';
import { type Shape, shapeOf } from './shape.ts';

export interface Change {
  /** The client's method: `users.update`. */
  readonly method: string;
  readonly what: string;
  /** Whether a program that uses the method may no longer compile, or no longer do what it did. */
  readonly isBreaking: boolean;
}

/** A document, corrected, and what is in it. */
export interface Specification {
  readonly document: JsonObject;
  readonly operations: readonly Operation[];
}

type Report = (what: string, isBreaking: boolean) => void;

/** Where a value goes: what is sent must stay welcome, what is received must stay what it was. */
type Direction = 'sent' | 'received';

/** Every change, by the client's methods, in alphabetical order. */
export function compareSpecifications(old: Specification, next: Specification): readonly Change[] {
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
  const [from, to] = [was, is].map(({ method, path }) => `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`);
  // The method stays, but clients that are in use already call what was.
  if (from !== to) report(`moved from ${from} to ${to}`, true);
  if (was.parameters.length !== is.parameters.length) report('takes other ids', true);

  compareFields('query parameter', fieldMap(was.query, old), fieldMap(is.query, next), 'sent', report);
  const what = is.method === 'PATCH' ? 'patch field' : 'body field';
  if ((was.body === 'raw') !== (is.body === 'raw')) report('takes a body of another kind', true);
  else compareFields(what, fieldMap(was.body, old), fieldMap(is.body, next), 'sent', report);
  if (!was.needsInput && is.needsInput) report('takes an input that can no longer be left out', true);

  if (was.answer !== is.answer) report(`answers ${is.answer}, not ${was.answer}`, true);
  else if (was.answerSchema !== undefined && is.answerSchema !== undefined) {
    const answers = [shapeOf(old.document, was.answerSchema), shapeOf(next.document, is.answerSchema)] as const;
    compareShapes('answer field', '', answers, 'received', report);
  }
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
      report(`${label} added${isForced ? ', and required' : ''}`, isForced);
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
  const label = path === '' ? 'the answer' : `${what} ${path}`;
  const gained = is.types.filter((type) => !was.types.includes(type));
  const lost = was.types.filter((type) => !is.types.includes(type));
  if (gained.length > 0) report(`${label} may be ${gained.join(' or ')}`, direction === 'received');
  if (lost.length > 0) report(`${label} may no longer be ${lost.join(' or ')}`, direction === 'sent');
  if (was.format !== is.format)
    report(`${label} has the format ${is.format ?? 'of any text'}, not ${was.format ?? 'any'}`, true);
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
  if (was === undefined && is !== undefined) report(`${label} is one of ${is.join(', ')}`, direction === 'sent');
  if (was !== undefined && is === undefined) report(`${label} may be any text`, direction === 'received');
  if (was === undefined || is === undefined) return;
  const gained = is.filter((value) => !was.includes(value));
  const lost = was.filter((value) => !is.includes(value));
  // A program has to expect values that it does not know: the API says so of no list of values that it is complete.
  if (gained.length > 0) report(`${label} may be ${gained.join(', ')}`, false);
  if (lost.length > 0) report(`${label} may no longer be ${lost.join(', ')}`, direction === 'sent');
}

function fullName({ resource, name }: Operation): string {
  return `${resource}.${name}`;
}
