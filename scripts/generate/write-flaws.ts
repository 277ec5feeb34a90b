// Writes the tokens of conformance/data/cases.json that a verifier with default options refuses, for the emulator.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseTable } from '../../conformance/src/case-table.ts';
import { repository } from '../workspace.ts';

const source = join(repository, 'conformance', 'data', 'cases.json');

/** Writes the emulator's `generated/flaws.ts`. */
export function writeFlaws(table: CaseTable = JSON.parse(readFileSync(source, 'utf8'))): string {
  const entries = listFlaws(table);
  return `// Written by \`npm run generate\` from conformance/data/cases.json. Do not edit.
import type { FlawedToken } from '../tokens/flawed-token.ts';

/** The flaw of a token that every verifier must refuse. */
export type Flaw =
${entries.map(({ name }) => `  | '${name}'`).join('\n')};

/** How to make each flawed token, and why verifiers of \`@torii/core\` refuse it. */
export const flaws: Readonly<Record<Flaw, FlawedToken>> = ${JSON.stringify(
    Object.fromEntries(entries.map(({ name, reason, meaning, token }) => [name, { reason, meaning, ...token }])),
    null,
    2,
  )};
`;
}

function listFlaws({ cases, tokens }: CaseTable) {
  return Object.entries(tokens).flatMap(([name, { from, twinOf, claims = {}, ...token }]) => {
    if (from !== undefined || twinOf !== undefined) return [];
    const refusing = cases.find(({ target, authorization = [], options, answer, headers }) => {
      const isAlone =
        authorization.length === 1 && authorization[0] === `Bearer {token:${name}}` && headers === undefined;
      return target === '/me' && isAlone && options === undefined && answer.refusal !== undefined;
    });
    if (refusing === undefined) return [];
    const [reason = ''] = [refusing.answer.refusal ?? []].flat();
    // Leave out `sub`: the emulator chooses the user.
    const { sub, ...others } = claims;
    const flawed = sub === 'ada' ? others : claims;
    const given = { ...(Object.keys(flawed).length > 0 && { claims: flawed }), ...token };
    return [{ name, reason, meaning: refusing.name, token: given }];
  });
}
