import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord, writeRecords } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { adviseOn } from './advice.ts';
import { dissect } from './anatomy.ts';
import { type CheckLine, listChecks } from './checks.ts';
import { addTokenSource, type Pasted, readToken, tokenIn } from './source.ts';
import {
  addVerifyOptions,
  judge,
  lookAtIssuer,
  type Rules,
  rulesFrom,
  type Verdict,
  type VerifyOptions,
} from './verdict.ts';

/** Why a token is accepted or refused. */
export interface Explanation {
  readonly accepted: boolean;
  /** The verifier's own: null where it is accepted. */
  readonly reason: string | null;
  readonly message: string | null;
  /** What to do. */
  readonly advice: string | null;
  readonly checks: readonly CheckLine[];
}

const examples = `
Examples:
  $ torii token why < token.txt
  $ torii token why --variable TOKEN \\
      --issuer https://acme.torii.so
  $ torii token why
  asks, and takes a token, a header or a
  line for cURL`;

const columns: readonly Column<CheckLine>[] = [
  { title: 'check', value: ({ check }) => check },
  { title: 'result', value: ({ result }) => result },
  { title: 'found', value: ({ found }) => found, narrowest: 12 },
];

/** `torii token why`: which check refuses a token, and what to do. */
export function addTokenWhy(token: Command, context: Context): void {
  addFormOptions(addVerifyOptions(addTokenSource(token.command('why'))))
    .description('Say why a token is refused, check by check, and what to do.')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: VerifyOptions & FormOptions) => {
      const rules = rulesFrom(context, options);
      const explanation = await explain(await readToken(context, file, options), rules);
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

/** Asks the verifier, and puts words around what it says. */
export async function explain(pasted: Pasted, rules: Rules): Promise<Explanation> {
  const token = dissect(tokenIn(pasted) ?? '');
  const verdict = await judge(pasted, rules);
  const { refusal } = verdict;
  const checks = listChecks(token, rules, verdict);
  if (refusal === undefined) return { accepted: true, reason: null, message: null, advice: null, checks };
  const { reason, message } = refusal;
  const seen = await completed(verdict, token.claims.values?.['iss'], rules);
  return { accepted: false, reason, message, advice: adviseOn(refusal, { token, rules, verdict: seen }), checks };
}

/** Where a clock may be wrong, the issuer is asked for its time: it is one of those that were configured by then. */
async function completed(verdict: Verdict, issuer: unknown, rules: Rules): Promise<Verdict> {
  const reason = verdict.refusal?.reason;
  const isAboutTime = reason === 'token_expired' || reason === 'token_not_yet_valid';
  if (!isAboutTime || typeof issuer !== 'string') return verdict;
  const { clockAheadSeconds } = await lookAtIssuer(issuer, 'torii-cli', rules);
  return clockAheadSeconds === undefined ? verdict : { ...verdict, clockAheadSeconds };
}
