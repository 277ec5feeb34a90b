import { spawnSync } from 'node:child_process';

const checkTypeScript = `require('node:module').stripTypeScriptTypes(require('node:fs').readFileSync(0, 'utf8'))`;

/**
 * Whether Node can parse the code, without running it. `false` too if this version of Node does not know the language. In another
 * process, because Node warns about its parser of TypeScript.
 */
export function parses(text: string, path: string, modules: 'esm' | 'commonjs'): boolean {
  const args = /\.[cm]?ts$/.test(path)
    ? ['--no-warnings', '-e', checkTypeScript]
    : ['--check', `--input-type=${modules === 'esm' ? 'module' : 'commonjs'}`, '-'];
  return spawnSync(process.execPath, args, { input: text, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
}
