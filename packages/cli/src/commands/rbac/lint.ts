import type { LintFinding } from '@torii/authz';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { addFormOptions, type FormOptions, formOf, writeRecords } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { loadAuthz, readDocument } from './document.ts';

interface LintOptions extends FormOptions {
  readonly allow?: readonly LintFinding['kind'][];
}

const examples = `
Examples:
  $ torii rbac lint permissions.json
  $ torii rbac lint - < permissions.json
  $ torii rbac lint permissions.json \\
      --allow dangerous`;

const columns: readonly Column<LintFinding>[] = [
  { title: 'kind', value: ({ kind }) => kind },
  { title: 'role', value: ({ role }) => role },
  { title: 'line', value: ({ entry }) => entry, narrowest: 12 },
  { title: 'problem', value: ({ message }) => message, narrowest: 16 },
];

export function addRbacLint(rbac: Command, context: Context): void {
  addFormOptions(rbac.command('lint'))
    .description('Find permissions that probably do not do what was intended. The exit code is 1 if there are any.')
    .argument('<file>', 'JSON file with the permissions; - is standard input')
    .addOption(
      new Option('--allow <kind...>', 'kinds of findings to ignore').choices([
        'dead',
        'shadowed',
        'dangerous',
        'surprising',
      ]),
    )
    .addHelpText('after', examples)
    .action(async (file: string, options: LintOptions) => {
      const { lintPermissions } = await loadAuthz('torii rbac lint');
      const document = await readDocument(context, file);
      const findings = lintPermissions(document).filter(({ kind }) => options.allow?.includes(kind) !== true);
      await writeRecords(context.output, formOf(options), columns, findings);
      const count = findings.length;
      if (count === 0) return context.output.say('No problems found.');
      throw new CommandFailure(`${count} ${count === 1 ? 'problem' : 'problems'} found.`);
    });
}
