import { expect, test } from 'vitest';
import { controlOperations, membersWithoutOperation } from '../src/control/operations/index.ts';
import { startEmulator } from '../src/index.ts';

test('every member of the library has an operation of the control API, or a reason why it has none', async () => {
  await using torii = await startEmulator();
  const own = Object.getPrototypeOf(torii);
  const members = [own, Object.getPrototypeOf(own)]
    .flatMap((prototype) => Object.getOwnPropertyNames(prototype))
    .filter((name) => name !== 'constructor');
  const offered = Object.values(controlOperations).flatMap((operation) => operation.members);
  expect([...new Set<string>([...offered, ...Object.keys(membersWithoutOperation)])].sort()).toEqual(
    [...new Set(members)].sort(),
  );
  expect(offered.filter((name) => Object.hasOwn(membersWithoutOperation, name))).toEqual([]);
});

test('every operation says what it does, and its example can be sent', () => {
  for (const [key, { does, example }] of Object.entries(controlOperations)) {
    expect(does).not.toBe('');
    const isSent = /^(?:POST|PUT|PATCH) /.test(key);
    if (isSent) expect(Object.prototype.toString.call(JSON.parse(example ?? ''))).toBe('[object Object]');
    else if (example !== undefined) expect(example).toMatch(/^\?/);
  }
});
