import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { withoutSecrets } from '../../output/printable.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import { drawCard } from '../../output/table.ts';
import { addTokenSource, readToken, type TokenSourceOptions, tokenIn } from '../../token-source.ts';
import { type Anatomy, dissect, firstUnreadable, type TokenPart } from './anatomy.ts';
import { columnsOf, dateOf, describeMoment, shownValue } from './claim-text.ts';

const examples = `
Examples:
  $ torii token decode < token.txt
  $ torii token decode --variable TOKEN
  $ torii token decode
  asks for a token, an Authorization
  header or a cURL command`;

export function addTokenDecode(token: Command, context: Context): void {
  addFormOptions(addTokenSource(token.command('decode')))
    .description('Show the content of a token without verifying it.')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: TokenSourceOptions & FormOptions) => {
      const text = tokenIn(await readToken(context, file, options));
      if (text === undefined) throw new CommandFailure('No token was found. Pass a token, or `Bearer` and one token.');
      await writeAnatomy(context, formOf(options), dissect(text));
    });
}

async function writeAnatomy({ output }: Context, form: ReturnType<typeof formOf>, token: Anatomy): Promise<void> {
  const unreadable = firstUnreadable(token);
  if (form === 'table') {
    await output.write(`${output.style('bold', 'NOT VERIFIED')}: anyone could have created this token.\n`);
    for (const part of [token.header, token.claims]) {
      if (part.values !== undefined) await output.write(`\n${part.name}\n${drawPart(output, part)}`);
    }
  } else {
    const { header, claims } = token;
    const exp = dateOf(claims.values?.['exp']);
    const content = {
      verified: false,
      header: header.values ?? null,
      claims: claims.values ?? null,
      expires_at: exp?.toISOString() ?? null,
      expired: exp === undefined ? null : exp.getTime() <= Date.now(),
    };
    await writeRecord(output, form, [], content, { textOf: withoutSecrets });
  }
  if (token.problem !== undefined) throw new CommandFailure(`The token ${token.problem}.`);
  if (unreadable !== undefined) {
    throw new CommandFailure(`The ${unreadable.name} of the token ${unreadable.problem}.`);
  }
}

function drawPart(output: Context['output'], { values = {} }: TokenPart): string {
  const now = Date.now() / 1000;
  const columns = columnsOf(values, (name, value) => {
    const isTime = name === 'exp' || name === 'iat' || name === 'nbf' || name === 'auth_time';
    const moment = isTime ? describeMoment(value, now, name === 'exp' ? 'expired ' : '') : undefined;
    return moment === undefined ? shownValue(value) : `${shownValue(value)} (${moment})`;
  });
  return columns.length === 0 ? '  (empty)\n' : drawCard(output, columns, values);
}
