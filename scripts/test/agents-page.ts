import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPage } from '../check-docs.ts';
import { readSteps, type Step, sectionOf } from '../start-page.ts';
import { repository } from '../workspace.ts';

/** The file of AGENTS.md for a framework, and the steps that try it. */
export function agentsSteps(framework: string): readonly Step[] {
  const page = readFileSync(join(repository, 'AGENTS.md'), 'utf8');
  const { blocks } = readPage(sectionOf(page, framework, 'AGENTS.md'));
  const [block, ...others] = blocks;
  if (block === undefined || others.length > 0) throw new Error(`AGENTS.md needs one block for ${framework}.`);
  return [{ kind: 'file', path: 'app.mjs', text: block.code }, ...readSteps('AGENTS.md', 'Try it')];
}
