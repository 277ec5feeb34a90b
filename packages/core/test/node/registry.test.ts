import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { issuer, makeKey, mint } from '../mint.ts';

const run = promisify(execFile);
const key = await makeKey();
const token = await mint(key);

/** A process in which something is done to `globalThis` before core is loaded, and what core then says of an Auth and a copy. */
async function inProcess(prelude: string): Promise<unknown> {
  const program = `
    ${prelude}
    const { authorize, createVerifier, isAuth } = await import('./src/index.ts');
    const keys = { keys: [${JSON.stringify(key.publicJwk)}] };
    const events = [];
    const onEvent = ({ type, detail }) => events.push([type, detail?.check]);
    const auth = await createVerifier({ issuer: '${issuer}', keys, onEvent }).verify('${token}');
    await authorize(auth, {}, [() => false]).catch((error) => events.push(error.reason));
    console.log(JSON.stringify([isAuth(auth), isAuth({ ...auth }), isAuth({}), events]));
  `;
  const options = [
    '--conditions=@torii/source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    program,
  ];
  const { stdout } = await run(process.execPath, options, { cwd: join(import.meta.dirname, '..', '..') });
  return JSON.parse(stdout);
}

const yes = '{ has: () => true, get: () => () => {}, set() {} }';

test.each([
  ['nothing is done', ''],
  // Node defines `Headers` when it is first read, which a frozen object does not let it do.
  ['it is frozen', 'void Headers; Object.freeze(globalThis);'],
  ['it cannot be extended', 'void Headers; Object.preventExtensions(globalThis);'],
  [
    'the names are taken',
    `for (const name of ['auths', 'refusals', 'requests']) globalThis[Symbol.for('torii.' + name)] = ${yes};`,
  ],
  [
    'the names are getters that throw',
    `for (const name of ['auths', 'refusals', 'requests']) {
      Object.defineProperty(globalThis, Symbol.for('torii.' + name), { get() { throw new Error('read'); } });
    }`,
  ],
])('[17] core knows its own Auth and no copy where, of globalThis, %s', async (_name, prelude) => {
  const events = [['verified', null], ['refused', null], 'not_allowed'];
  expect(await inProcess(prelude)).toEqual([true, false, false, events]);
});
