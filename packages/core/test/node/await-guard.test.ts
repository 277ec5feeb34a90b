import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { inspect, types } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createVerifier } from '../../src/index.ts';

const verifier = createVerifier({ issuer: 'https://acme.torii.test' });

test('[33] util.inspect and util.types show a guarded promise as any other', async () => {
  const promise = verifier.check({});
  const plain = new Promise(() => {});
  expect(types.isPromise(promise)).toBe(true);
  for (const options of [{}, { showHidden: true }, { showHidden: true, getters: true }, { showProxy: true }]) {
    expect(inspect(promise, options)).toBe(inspect(plain, options));
  }
  await promise;
  expect(inspect(promise)).toBe(inspect(Promise.resolve(await promise)));
  const rejected = verifier.verify('a.b.c');
  await rejected.catch(() => {});
  expect(inspect(rejected)).toMatch(/^Promise \{\s*<rejected> \[?ToriiAuthError/);
});

describe('[33] a process that forgets await', () => {
  const index = join(import.meta.dirname, '..', '..', 'src', 'index.ts');

  function run(code: string) {
    const program = `
      import { createVerifier, authorize } from ${JSON.stringify(index)};
      const verifier = createVerifier({ issuer: 'https://acme.torii.test' });
      const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
      ${code}
    `;
    const options = ['--conditions=@torii/source', '--input-type=module', '--eval', program];
    return spawnSync(process.execPath, options, { encoding: 'utf8' });
  }

  test('ends with the error that says await, not with the refusal', () => {
    const { status, stdout, stderr } = run(`
      async function handle(req) {
        const { userId } = verifier.authenticate(req);
        console.log('the handler goes on', userId);
      }
      handle({});
    `);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('ToriiConfigError');
    expect(stderr).toContain('await');
    expect(stderr).not.toContain('token_missing');
  });

  test('survives if its framework catches the error: the refusal is not unhandled', () => {
    const { status, stdout, stderr } = run(`
      const handle = async (req) => { const { userId } = verifier.authenticate(req); };
      await handle({}).catch((error) => console.log(error.name, error.option));
      await settle();
      console.log('still here');
    `);
    expect([status, stdout, stderr]).toEqual([0, 'ToriiConfigError await\nstill here\n', '']);
  });

  test('[18] is ended by a refusal that no one handles, as by any other rejection', () => {
    const { status, stderr } = run(`
      void authorize(null, {}, [() => true]);
      await settle();
      await settle();
    `);
    expect(status).toBe(1);
    expect(stderr).toContain('ToriiAuthError');
  });
});
