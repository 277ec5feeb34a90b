import { execFileSync } from 'node:child_process';
import { repository } from '../../scripts/workspace.ts';

/** Builds the site, unless it is built already, in a program: in vitest's process, Vue prints warnings. */
export function buildInProgram(): void {
  execFileSync(process.execPath, ['site/src/main.ts', '--build'], {
    cwd: repository,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: 'pipe',
  });
}
