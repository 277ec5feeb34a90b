import { connectionReasons } from '../../packages/cli/src/troubleshooting/api-codes.ts';
import { emulatorCodes } from '../../packages/cli/src/troubleshooting/emulator-codes.ts';
import type { Entry } from '../../packages/cli/src/troubleshooting/entry.ts';
import { otherRefusals } from '../../packages/cli/src/troubleshooting/other-refusals.ts';
import { streamReasons } from '../../packages/cli/src/troubleshooting/stream-reasons.ts';
import { tokenRefusals } from '../../packages/cli/src/troubleshooting/token-refusals.ts';
import { webhookRefusals } from '../../packages/cli/src/troubleshooting/webhook-refusals.ts';

/** Writes the tables of docs/errors.md between their markers. */
export function replaceErrorTables(page: string): string {
  let text = page;
  for (const [name, table] of Object.entries(tables())) {
    const [begin, end] = [`<!-- table: ${name}, written by npm run generate -->`, `<!-- end: ${name} -->`];
    const [before, rest = ''] = text.split(begin);
    const [, after] = rest.split(end);
    if (after === undefined) throw new Error(`docs/errors.md has no markers for the table ${name}.`);
    text = `${before}${begin}\n\n${table}\n\n${end}${after}`;
  }
  return text;
}

function tables(): Readonly<Record<string, string>> {
  return {
    requests: draw(
      ['`reason`', '`code`', 'cause'],
      [
        ...rowsOf(tokenRefusals, () => '`authentication_failed`'),
        ...rowsOf(otherRefusals, (name) => `\`${otherCodes[name]}\``),
      ],
    ),
    webhooks: draw(
      ['`reason`', '`status`', 'cause'],
      rowsOf(webhookRefusals, (name) => String(webhookRefusals[name].status)),
    ),
    connections: draw(['`reason`', 'cause'], rowsOf(connectionReasons)),
    streams: draw(['`reason`', 'cause'], rowsOf(streamReasons)),
    emulator: draw(['`code`', 'cause'], rowsOf(emulatorCodes)),
  };
}

const otherCodes = {
  request_malformed: 'bad_request',
  not_allowed: 'forbidden',
  keys_unavailable: 'unavailable',
  policy_unavailable: 'unavailable',
  revocations_unavailable: 'unavailable',
  token_unavailable: 'unavailable',
} as const satisfies Record<keyof typeof otherRefusals, string>;

function rowsOf<Name extends string>(
  entries: Readonly<Record<Name, Entry>>,
  cell?: (name: Name) => string,
): readonly (readonly string[])[] {
  return (Object.keys(entries) as Name[]).map((name) => [
    `[\`${name}\`](troubleshooting.md#${name})`,
    ...(cell === undefined ? [] : [cell(name)]),
    entries[name].meaning,
  ]);
}

function draw(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
