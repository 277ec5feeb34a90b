import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ToriiWebhookError, type WebhookReason } from '../../packages/core/src/webhooks/errors.ts';
import { readReference } from '../declarations/reference.ts';
import { listPackages, repository } from '../workspace.ts';

const { errors, texts, events, fields } = readReference(listPackages());

/** Properties that all errors or all refusals have. docs/errors.md describes them once, not for each class. */
const describedOnce = ['docsUrl', 'status', 'statusCode', 'expose', 'headers'];

describe('docs/errors.md', () => {
  const classes = rowsOf('docs/errors.md', '## Classes');

  test('lists every error class of every package', () => {
    const exported = [...errors.keys()].filter((name) => name !== 'ToriiError');
    expect(namesIn(classes).toSorted()).toEqual(
      exported.filter((name) => errors.get(name)?.exportedBy.length).toSorted(),
    );
  });

  test.each([...errors].filter(([name]) => namesIn(classes).includes(name)))('describes %s', (name, error) => {
    const [, code = '', status = '', properties = '', exportedBy = ''] =
      classes.find(([first = '']) => wordsIn(first)[0] === name) ?? [];
    if (name !== 'EmulatorError') expect(wordsIn(code)).toEqual(error.codes);
    const statuses = (status.match(/\d+/g) ?? []).map(Number);
    expect(statuses).toEqual(error.statuses.toSorted());
    const others = error.properties.filter((each) => each !== 'code' && !describedOnce.includes(each));
    expect(wordsIn(properties).toSorted()).toEqual(others.toSorted());
    if (!exportedBy.startsWith('all')) {
      expect(
        exportedBy
          .replace(/^`\/webhooks` of /, '')
          .split(', ')
          .toSorted(),
      ).toEqual(error.exportedBy.toSorted());
    } else {
      const shortNames = listPackages().map(({ shortName }) => shortName);
      const thrower = shortNames.filter((each) => !['emulator', 'cli', 'conformance'].includes(each));
      expect(error.exportedBy.toSorted()).toEqual(thrower.toSorted());
    }
  });

  test.each([
    ['## Refusals of requests', 'Reason'],
    ['## Refusals of webhooks', 'WebhookReason'],
    ['## The REST API', 'ConnectionReason'],
    ['## Streams', 'StreamReason'],
    ['## The emulator', 'EmulatorErrorCode'],
  ])('lists under %s every member of %s, and no other', (heading, type) => {
    expect(namesIn(rowsOf('docs/errors.md', heading)).toSorted()).toEqual(textsOf(type).toSorted());
  });
});

test('docs/errors.md says with which status each refusal of a webhook is answered', () => {
  const rows = rowsOf('docs/errors.md', '## Refusals of webhooks');
  expect(rows.length).toBeGreaterThan(10);
  for (const [reason = '', status] of rows) {
    const error = new ToriiWebhookError(wordsIn(reason)[0] as WebhookReason, 'Refused.');
    expect([reason, status]).toEqual([reason, String(error.status)]);
  }
});

describe('docs/events.md', () => {
  const described = readPage('docs/events.md').flatMap((line) => /^## .*: `(\w+Event)`$/.exec(line)?.[1] ?? []);

  test('describes the events of every function that has the option onEvent', () => {
    const listeners = [...fields.keys(), ...events.keys()];
    expect(listeners.length).toBeGreaterThan(10);
    const elsewhere = ['WebhookEvent']; // What Torii sends: docs/webhooks.md.
    expect(described.toSorted()).toEqual([...events.keys()].filter((name) => !elsewhere.includes(name)).toSorted());
  });

  test.each(described)('lists every type of %s with its fields, and no other', (name) => {
    const heading = readPage('docs/events.md').find((line) => line.endsWith(`: \`${name}\``)) ?? '';
    const rows = rowsOf('docs/events.md', heading);
    const onPage = Object.fromEntries(
      rows.map(([type = '', , own = '']) => [wordsIn(type)[0], wordsIn(own).toSorted()]),
    );
    const inSource = Object.fromEntries([...(events.get(name) ?? [])].map(([type, own]) => [type, own.toSorted()]));
    expect(onPage).toEqual(inSource);
  });

  test('lists every field of RefusalDetail, and no other', () => {
    const rows = rowsOf('docs/events.md', '### Details of a refusal: `RefusalDetail`');
    expect(namesIn(rows).toSorted()).toEqual(fields.get('RefusalDetail')?.toSorted());
  });
});

test('docs/webhooks.md lists every type of event that a webhook gets, and no other', () => {
  const onPage = rowsOf('docs/webhooks.md', '## Events').flatMap(([types = '']) => wordsIn(types));
  expect(onPage.toSorted()).toEqual(fields.get('WebhookEventTypes')?.toSorted());
});

function textsOf(type: string): readonly string[] {
  const found = texts.get(type);
  if (found === undefined) throw new Error(`No package exports ${type}`);
  return found;
}

function readPage(path: string): readonly string[] {
  return readFileSync(join(repository, path), 'utf8').split('\n');
}

/** The rows of the tables below a heading, up to the next heading. */
function rowsOf(path: string, heading: string): readonly (readonly string[])[] {
  const lines = readPage(path);
  const start = lines.indexOf(heading) + 1;
  if (start === 0) throw new Error(`${path} has no heading "${heading}"`);
  const length = lines.slice(start).findIndex((line) => /^#+ /.test(line));
  const own = lines.slice(start, length === -1 ? undefined : start + length);
  return own
    .filter((line) => /^\| \[?`/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter(([first = '']) => !/^`(?:type|reason|code)`$/.test(first));
}

/** The names in the first column. */
function namesIn(rows: readonly (readonly string[])[]): readonly string[] {
  return rows.flatMap(([first = '']) => wordsIn(first));
}

function wordsIn(cell: string): readonly string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, word = '']) => word);
}
