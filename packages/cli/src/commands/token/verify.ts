import type { Auth } from '@torii/core';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { withoutSecrets } from '../../output/printable.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { addTokenSource, readToken } from '../../token-source.ts';
import { describeMoment } from './claim-text.ts';
import { addVerifyOptions, judge, rulesFrom, type VerifyOptions } from './verdict.ts';

const examples = `
Examples:
  $ torii token verify < token.txt
  $ torii token verify --variable TOKEN \\
      --issuer https://acme.torii.so
  $ torii token verify --audience api \\
      --json < token.txt`;

const columns: readonly Column<Auth>[] = [
  { title: 'user', value: ({ userId }) => withoutSecrets(userId) },
  { title: 'environment', value: ({ environmentId }) => withoutSecrets(environmentId ?? '') },
  { title: 'issuer', value: ({ issuer }) => issuer },
  { title: 'issued', value: ({ issuedAt }) => describeMoment(issuedAt, Date.now() / 1000) },
  { title: 'expires', value: ({ expiresAt }) => describeMoment(expiresAt, Date.now() / 1000, 'expired ') },
  { title: 'email verified', value: ({ emailVerified }) => yesOrNo(emailVerified) },
  { title: 'profile complete', value: ({ profileComplete }) => yesOrNo(profileComplete) },
  { title: 'locale', value: ({ locale }) => withoutSecrets(locale ?? '') },
  { title: 'organization', value: ({ organization }) => withoutSecrets(organization?.id ?? '') },
  { title: 'role', value: ({ organization }) => withoutSecrets(organization?.role ?? '') },
  { title: 'impersonated', value: ({ impersonating, actor }) => describeActor(impersonating, actor?.userId) },
];

export function addTokenVerify(token: Command, context: Context): void {
  addFormOptions(addVerifyOptions(addTokenSource(token.command('verify'))))
    .description('Verify a token and show its user. The exit code is 1 if it is refused.')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: VerifyOptions & FormOptions) => {
      const rules = rulesFrom(context, options);
      const { auth, refusal, keyProblem } = await judge(await readToken(context, file, options), rules);
      const form = formOf(options);
      if (auth !== undefined) {
        if (form === 'table') return writeRecord(context.output, form, columns, auth);
        return writeRecord(context.output, form, [], { verified: true, auth }, { textOf: withoutSecrets });
      }
      const { reason, message } = refusal ?? {};
      if (form !== 'table') await writeRecord(context.output, form, [], { verified: false, reason, message });
      const problem = keyProblem === undefined ? '' : ` Problem with the issuer’s keys: ${keyProblem}.`;
      throw new CommandFailure(`${reason}: ${message}${problem} Run \`torii token why\` for details.`);
    });
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function describeActor(isImpersonated: boolean, actor: string | null | undefined): string {
  if (!isImpersonated) return 'no';
  return actor ? `yes, by ${withoutSecrets(actor)}` : 'yes';
}
