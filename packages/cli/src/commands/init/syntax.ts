import { spawnSync } from 'node:child_process';
import { Script } from 'node:vm';

// In another process, because Node warns about its parser of TypeScript, which also reads ES modules.
const check = `require('node:module').stripTypeScriptTypes(require('node:fs').readFileSync(0, 'utf8'))`;

/** Whether Node can parse the code, without running it. `false` too if this version of Node does not know the language. */
export function parses(text: string, path: string, modules: 'esm' | 'commonjs'): boolean {
  if (modules === 'commonjs' && /\.c?js$/.test(path)) return parsesAsFunction(text);
  const { status } = spawnSync(process.execPath, ['--no-warnings', '-e', check], {
    input: text,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return status === 0;
}

/** Node runs CommonJS as the body of a function. */
function parsesAsFunction(text: string): boolean {
  try {
    new Script(`(function () {${text.replace(/^#!.*/, '')}\n})`);
    return true;
  } catch {
    return false;
  }
}
