import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord, writeRecords } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { withRevocations } from '../../revocation/open-revocations.ts';
import { findStore } from '../../revocation/settings.ts';
import { addTokenSource, type Pasted, readToken, tokenIn } from '../../token-source.ts';
import { adviseOn } from './advice.ts';
import { dissect } from './anatomy.ts';
import { type CheckLine, listChecks } from './checks.ts';
import {
  addVerifyOptions,
  judge,
  lookAtIssuer,
  type Rules,
  rulesFrom,
  type Verdict,
  type VerifyOptions,
} from './verdict.ts';

/** The explanation of why a token is accepted or refused, as written by --json. */
export interface Explanation {
  readonly accepted: boolean;
  readonly reason: string | null;
  readonly message: string | null;
  readonly advice: string | null;
  readonly checks: readonly CheckLine[];
}

const examples = `
Examples:
  $ torii token why < token.txt
  $ torii token why --variable TOKEN \\
      --issuer https://acme.torii.so
  $ torii token why
  asks for a token, an Authorization
  header or a cURL command`;

const columns: readonly Column<CheckLine>[] = [
  { title: 'check', value: ({ check }) => check },
  { title: 'result', value: ({ result }) => result },
  { title: 'found', value: ({ found }) => found, narrowest: 12 },
];

export function addTokenWhy(token: Command, context: Context): void {
  addFormOptions(addVerifyOptions(addTokenSource(token.command('why'))))
    .description('Explain check by check why a token is refused, and what to do.')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: VerifyOptions & FormOptions) => {
      const rules = rulesFrom(context, options);
      const pasted = await readToken(context, file, options);
      const explanation = await explainWithStore(context, options, pasted, rules);
      const form = formOf(options);
      const { output } = context;
      if (form === 'table') {
        const reached = explanation.checks.filter(({ result }) => result !== 'not reached');
        await writeRecords(output, form, columns, reached);
        if (explanation.advice !== null) await output.write(`\n${explanation.advice}\n`);
      } else await writeRecord(output, form, [], explanation);
      if (!explanation.accepted) throw new CommandFailure(`Refused: ${explanation.reason}.`);
      if (form === 'table') await output.write('\nThe token is accepted.\n');
    });
}

/** Also asks the store of the revocations, if the environment names one. */
async function explainWithStore(
  context: Context,
  options: VerifyOptions,
  pasted: Pasted,
  rules: Rules,
): Promise<Explanation> {
  if (findStore(context, options) === undefined) return explain(pasted, rules);
  let isOpen = false;
  try {
    return await withRevocations(context, options, async ({ revocations }) => {
      isOpen = true;
      return await explain(pasted, { ...rules, revocations });
    });
  } catch (error) {
    if (isOpen || !(error instanceof CommandFailure)) throw error;
    context.output.say(`It is not known whether the token was revoked. ${error.message}`);
    return explain(pasted, rules);
  }
}

export async function explain(pasted: Pasted, rules: Rules): Promise<Explanation> {
  const token = dissect(tokenIn(pasted) ?? '');
  const verdict = await judge(pasted, rules);
  const { refusal } = verdict;
  const checks = listChecks(token, rules, verdict);
  if (refusal === undefined) return { accepted: true, reason: null, message: null, advice: null, checks };
  const { reason, message } = refusal;
  const seen = await withIssuerClock(verdict, token.claims.values?.['iss'], rules);
  return {
    accepted: false,
    reason,
    message,
    advice: adviseOn(refusal, { token, rules, verdict: seen, pasted }),
    checks,
  };
}

/**
 * If the token was refused because of a time, compares this machine's clock with the issuer's. A verifier checks times only
 * after it has accepted the issuer, so no request goes to an unknown server.
 */
async function withIssuerClock(verdict: Verdict, issuer: unknown, rules: Rules): Promise<Verdict> {
  const reason = verdict.refusal?.reason;
  const isAboutTime = reason === 'token_expired' || reason === 'token_not_yet_valid';
  if (!isAboutTime || typeof issuer !== 'string') return verdict;
  const { clockAheadSeconds } = await lookAtIssuer(issuer, 'torii-cli', rules);
  return clockAheadSeconds === undefined ? verdict : { ...verdict, clockAheadSeconds };
}
