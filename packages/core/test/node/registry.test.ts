import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { issuer, makeKey, mint } from '../mint.ts';

const run = promisify(execFile);
const key = await makeKey();
const token = await mint(key);

/** Runs `prelude` in a new process before core is loaded. Returns what isAuth says of an Auth and of copies, and the events. */
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
  ['is unchanged', ''],
  // Node defines `Headers` when it is first read, and cannot do so on a frozen object.
  ['is frozen', 'void Headers; Object.freeze(globalThis);'],
  ['cannot be extended', 'void Headers; Object.preventExtensions(globalThis);'],
  [
    'has other values under the names',
    `for (const name of ['auths', 'refusals', 'requests']) globalThis[Symbol.for('torii.' + name)] = ${yes};`,
  ],
  [
    'has getters that throw under the names',
    `for (const name of ['auths', 'refusals', 'requests']) {
      Object.defineProperty(globalThis, Symbol.for('torii.' + name), { get() { throw new Error('read'); } });
    }`,
  ],
])('[17] isAuth accepts an Auth and no copy if globalThis %s', async (_name, prelude) => {
  const events = [['verified', null], ['refused', null], 'not_allowed'];
  expect(await inProcess(prelude)).toEqual([true, false, false, events]);
});
