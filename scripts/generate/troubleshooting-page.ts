import {
  doctorGroup,
  doctorName,
  type Group,
  groups,
  refusalGroup,
} from '../../packages/cli/src/troubleshooting/catalog.ts';
import { doctorChecks } from '../../packages/cli/src/troubleshooting/doctor-checks.ts';
import { actors, type Entry } from '../../packages/cli/src/troubleshooting/entry.ts';
import { optionAdvice } from '../../packages/cli/src/troubleshooting/option-advice.ts';
import type { OptionEntry, OptionPlace } from '../../packages/cli/src/troubleshooting/option-entry.ts';
import { pastedText, unknownOption } from '../../packages/cli/src/troubleshooting/special-entries.ts';

/** Writes docs/troubleshooting.md. The heading of each name is the name itself, so that its anchor is the name in lower case. */
export function writeTroubleshooting(options: readonly OptionEntry[]): string {
  const seen = new Set<string>();
  return [
    introduction,
    ...groups.map((group) => writeGroup(group, seen)),
    configuration(options),
    section(
      doctorGroup,
      `Every finding of \`torii doctor\`, under the name of the check. Other failures of a command name the reason or the option, which have their own headings above.\n\n${listLinks(Object.keys(doctorGroup.entries))}`,
      Object.entries(doctorChecks).map(
        ([check, entry]) =>
          `### doctor: ${check}\n\nIn a terminal: \`npx torii explain ${doctorName(check)}\`. ${writeEntry(entry)}`,
      ),
    ),
  ]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd()
    .concat('\n');
}

const introduction = `<!-- Written by \`npm run generate\` from packages/cli/src/troubleshooting/ and from the sources of the packages. Do not edit. -->

# Troubleshooting

\`\`\`sh
npx torii explain token_expired   # the same text in a terminal; for a token, use: npx torii token why
\`\`\`

Search this page for the name that you have. Each has a heading of the same name, so its address ends in \`#token_expired\` or \`#issuer\`.

| you have | look up |
| --- | --- |
| a response \`{ "error": { "code", "reason", "message" } }\` | \`reason\`, under [Refusals of requests](#refusals-of-requests) or [Refusals of webhooks](#refusals-of-webhooks) |
| an error in a log with \`reason\` | \`reason\` |
| a \`ToriiApiError\` or an \`EmulatorError\` | \`code\`, under [REST API](#rest-api) or [Emulator](#emulator) |
| a \`ToriiConfigError\` | \`option\`, under [Configuration](#configuration) |
| a finding of \`torii doctor\` | the name of the check, under [Findings of torii doctor](#findings-of-torii-doctor) |

Every error of Torii's packages has its address in \`error.docsUrl\`. It is never sent to a caller. The classes and what they have in common
are in [Errors](errors.md).
`;

function writeGroup(group: Group, seen: Set<string>): string {
  const names = Object.keys(group.entries);
  const own = names.filter((name) => !seen.has(name));
  for (const name of names) seen.add(name);
  const note = group === refusalGroup ? `${refusalNote}\n\n` : '';
  return section(
    group,
    `${note}${listLinks(names)}`,
    own.map((name) => `### ${name}\n\n${writeMeanings(name)}`),
  );
}

const refusalNote =
  'The caller gets the reason, but never what was expected. The event [`refused`](events.md#verifiers-verifierevent) has both, in `detail`.';

function section({ title }: Pick<Group, 'title'>, text: string, entries: readonly string[]): string {
  return `## ${title}\n\n${text}\n\n${entries.join('\n')}`;
}

function listLinks(names: readonly string[]): string {
  return names.map((name) => `[${name}](#${name.toLowerCase()})`).join(' · ');
}

/** The section of a name, with its meaning in each group that has the name. */
function writeMeanings(name: string): string {
  const meanings = groups.flatMap(({ place, entries }) => {
    const entry = entries[name];
    return entry === undefined ? [] : [{ place, entry }];
  });
  const [first, second] = meanings;
  if (first !== undefined && second === undefined) return writeEntry(first.entry);
  return meanings.map(({ place, entry }) => `**${place}**\n\n${writeEntry(entry)}`).join('\n');
}

function writeEntry(entry: Entry): string {
  const { meaning, actor, causes, find } = entry;
  const status = 'status' in entry ? ` Status ${entry.status}.` : '';
  const lines = Object.values(causes).map(({ cause, remedy }, index) => `${index + 1}. ${cause} **${remedy}**`);
  const how = find === undefined ? '' : `\nHow to find out: ${find}\n`;
  const act = actor === undefined ? '' : ` ${actors[actor]}`;
  return `${asSentence(meaning)}${status}${act}\n\n${lines.join('\n')}\n${how}`;
}

function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function configuration(options: readonly OptionEntry[]): string {
  const packages = [...new Set(options.flatMap(({ places }) => places.map(({ from }) => from)))].sort();
  const rows = packages.map((name) => {
    const own = options.filter(({ places }) => places.some(({ from }) => from === name));
    return `- \`${name}\`: ${own.map((option) => `[${option.name}](#${option.name.toLowerCase()})`).join(' · ')}`;
  });
  const text = `A \`ToriiConfigError\` names the option, the function or the environment variable that is wrong. The message says what is wrong, what was found (never the value, which may be secret) and what to write. \`…\` stands for what is only known when the program runs.
Errors of \`@torii/core\` are also thrown by the adapters, which pass their options on.

${rows.join('\n')}

### unknown_option

${unknownOption}

### pasted_text

${pastedText}
`;
  return section({ title: 'Configuration' }, text, options.map(writeOption));
}

function writeOption({ name, places }: OptionEntry): string {
  const advice = optionAdvice[name];
  const remedy = advice === undefined ? '' : `**What to do:** ${advice}\n\n`;
  return `### ${name}\n\n${remedy}${places.map(writePlace).join('\n')}`;
}

function writePlace({ from, about, absent, messages, isPasted }: OptionPlace): string {
  const what = about === undefined ? '' : ` ${escapeText(about)}`;
  const unset = absent === undefined ? '' : ` Default: ${escapeText(absent)}.`;
  const texts = messages.map((message) => `- ${escapeText(message)}`);
  const more = isPasted ? ['- [A text that was pasted or read wrongly](#pasted_text)'] : [];
  return `In \`${from}\`:${what}${unset}\n\n${[...texts, ...more].join('\n')}\n`;
}

/** Escapes characters that Markdown would read as markup, except in code. A single `*` or `_` is harmless. */
function escapeText(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const marks = part.match(/[*_]/g)?.length === 1 ? part : part.replaceAll(/[*_]/g, '\\$&');
      return marks.replaceAll('](', ']\\(').replaceAll('<', '\\<');
    })
    .join('');
}
