// Checks the syntax of the code blocks that are not TypeScript: JSON, YAML, JavaScript and shell commands.
import { spawnSync } from 'node:child_process';
import { parse } from 'yaml';
import type { CodeBlock } from './compiled-blocks.ts';

type FindProblem = (code: string) => string | undefined;

const languages: Readonly<Record<string, FindProblem>> = {
  json: (code) => problemOf(() => JSON.parse(code)),
  // Tags such as CloudFormation's `!GetAtt` are unknown to the parser.
  yaml: (code) => problemOf(() => parse(code, { logLevel: 'error' })),
  sh: (code) => problemOfProgram('bash', ['-n'], code),
  js: (code) => problemOfProgram(process.execPath, ['--input-type=module', '--check'], code),
  mjs: (code) => problemOfProgram(process.execPath, ['--input-type=module', '--check'], code),
  cjs: (code) => problemOfProgram(process.execPath, ['--input-type=commonjs', '--check'], code),
};

export const checkedLanguages: readonly string[] = Object.keys(languages);

/** Returns one line for each block that cannot be parsed. */
export function findSyntaxProblems(blocks: readonly CodeBlock[]): readonly string[] {
  return blocks.flatMap(({ path, line, language, code }) => {
    const problem = languages[language]?.(code);
    return problem === undefined ? [] : [`${path}:${line}: the ${language} block cannot be parsed: ${problem}`];
  });
}

function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

function problemOfProgram(program: string, args: readonly string[], code: string): string | undefined {
  const { status, stderr } = spawnSync(program, args, { input: code, encoding: 'utf8' });
  return status === 0 ? undefined : stderr.trim();
}
