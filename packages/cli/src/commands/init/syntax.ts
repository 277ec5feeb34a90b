import { spawnSync } from 'node:child_process';
import { Script } from 'node:vm';

// Runs in a child process, because Node prints a warning when `stripTypeScriptTypes` is used. It parses JavaScript too.
const check = `require('node:module').stripTypeScriptTypes(require('node:fs').readFileSync(0, 'utf8'))`;

/** Whether Node can parse the code. Does not run it. Also `false` if this version of Node cannot read TypeScript. */
export function parses(text: string, path: string, modules: 'esm' | 'commonjs'): boolean {
  if (modules === 'commonjs' && /\.c?js$/.test(path)) return parsesAsFunction(text);
  const { status } = spawnSync(process.execPath, ['--no-warnings', '-e', check], {
    input: text,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return status === 0;
}

/** Node runs a CommonJS file as a function body, so `return` at the top level is allowed. */
function parsesAsFunction(text: string): boolean {
  try {
    new Script(`(function () {${text.replace(/^#!.*/, '')}\n})`);
    return true;
  } catch {
    return false;
  }
}
