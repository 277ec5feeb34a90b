import type { OptionEntry, OptionPlace } from '../../packages/cli/src/troubleshooting/option-entry.ts';
import { type ApiParameter, readApiParameters } from './api-parameters.ts';
import { type ConfigError, findConfigErrors } from './config-errors.ts';
import { type OptionComment, readOptionComments } from './option-comments.ts';
import { listSources, readSources } from './source-program.ts';

/** Files to skip: other entries of the list cover their options, or the caller chooses the name. */
const namedElsewhere = [
  // The fields of a request: see api-parameters.ts.
  'packages/api/src/client.ts',
  'packages/api/src/fields.ts',
  'packages/api/src/json.ts',
  'packages/api/src/metadata.ts',
  'packages/api/src/request.ts',
  'packages/api/src/transport.ts',
  // One of `publicPaths`, `checks`, `allowPreflight` and `observe`.
  'packages/core/src/makers/maker-list.ts',
  // `key` or `jwks`.
  'packages/core/src/jwt/index.ts',
];

/** Names in errors about the result of `approve`, which users do not see: the verifier reports `keys_unavailable` instead. */
const neverThrown = ['the result', 'true'];

/** Entry points whose folder is part of a package. */
const entryPoints: Readonly<Record<string, string>> = {
  'packages/core/src/jwt/': '@torii/core/jwt',
  'packages/core/src/webhooks/': '@torii/core/webhooks',
  'packages/revocation/src/redis/': '@torii/revocation/redis',
  'packages/revocation/src/nats/': '@torii/revocation/nats',
  'packages/streams/src/nats/': '@torii/streams/nats',
};

/**
 * Lists every name that `option` of a ToriiConfigError can have, and every option of the emulator, with the messages. Throws if
 * the sources create an error for a name that this program cannot find.
 */
export function listOptions(): readonly OptionEntry[] {
  const program = readSources();
  const sources = listSources(program);
  const { errors, unresolved } = findConfigErrors(program, sources);
  const lost = unresolved.filter((place) => !namedElsewhere.some((file) => place.startsWith(`${file}:`)));
  if (lost.length > 0) {
    throw new Error(
      `The name of the option is not known in ${lost.join(', ')}. Write it as a literal, or list the file in scripts/generate/option-list.ts.`,
    );
  }
  const comments = readOptionComments(sources);
  const places = [...placesOf(errors, comments), ...readApiParameters(sources).map(placeOfParameter)];
  const byName = Map.groupBy(
    places.filter(({ name }) => !neverThrown.includes(name)),
    ({ name }) => name,
  );
  return [...byName]
    .map(([name, all]) => ({ name, places: all.map(({ place }) => place).sort((a, b) => compare(a.from, b.from)) }))
    .sort((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()) || compare(a.name, b.name));
}

interface NamedPlace {
  readonly name: string;
  readonly place: OptionPlace;
}

function placesOf(
  errors: readonly ConfigError[],
  comments: ReadonlyMap<string, readonly OptionComment[]>,
): readonly NamedPlace[] {
  const groups = Map.groupBy(errors, ({ option, file }) => `${nameOf(option)}\n${entryPointOf(file)}`);
  return [...groups].map(([key, group]) => {
    const [name = '', from = ''] = key.split('\n');
    const texts = group.map(({ message }) => message);
    const isPasted = texts.some((text) => pasted.test(text));
    const messages = withoutBeginnings(texts.filter((text) => !pasted.test(text)));
    const comment = commentFor(from, group, comments.get(name) ?? []);
    return { name, place: { from, ...aboutFrom(comment), messages, ...(isPasted && { isPasted }) } };
  });
}

/** For a nested option such as `login.user`, returns `login`. */
function nameOf(option: string): string {
  return option.replace(/\..*/, '');
}

function entryPointOf(file: string): string {
  const folder = Object.keys(entryPoints).find((each) => file.startsWith(each));
  return entryPoints[folder ?? ''] ?? `@torii/${file.split('/')[1]}`;
}

// Messages from packages/core/src/options/pasted-text.ts. Many options have them, so they are documented once.
const pasted =
  /^`[\w.]+` (?:is empty|is the text '…|begins or ends with white space|contains a placeholder instead|begins with the name of a variable)/;

/** Messages to leave out: those without a known text, and two impossible ones ("is a public key. Pass the public key"). */
const empty = /^`[\w.]+` …\.$|: …\. Write|is a (public|private) key\. Pass the \1 (?:half|key)/;

/** Removes a message if another one begins with the same text: the longer one also says what to write. */
function withoutBeginnings(messages: readonly string[]): readonly string[] {
  const all = [...new Set(messages.map(shorten))].filter((message) => !empty.test(message));
  return all.filter((one) => !all.some((other) => other !== one && other.startsWith(one.replace(/\.$/, ''))));
}

function shorten(message: string): string {
  return message.replace(/ Write \[?…\]?\.$/, '').replace('. Found: ….', '. Found: …');
}

function commentFor(
  from: string,
  group: readonly ConfigError[],
  comments: readonly OptionComment[],
): OptionComment | undefined {
  const files = new Set(group.map(({ file }) => file));
  return (
    comments.find(({ file }) => files.has(file)) ??
    comments.find(({ file }) => entryPointOf(file) === from) ??
    comments.find(({ file }) => file.startsWith(`packages/${from.split('/')[1]}/`))
  );
}

function aboutFrom(comment: OptionComment | undefined): Pick<OptionPlace, 'about' | 'absent'> {
  if (comment === undefined) return {};
  const { text, absent } = comment;
  return { about: text, ...(absent !== undefined && { absent }) };
}

function placeOfParameter({ name, methods, problems }: ApiParameter): NamedPlace {
  const shown = methods.slice(0, 4).map((method) => `\`${method}\``);
  const others = methods.length > 4 ? ` and ${methods.length - 4} other methods` : '';
  const about = `A parameter of ${shown.join(', ')}${others}.`;
  return { name, place: { from: '@torii/api', about, messages: problems.map((problem) => `\`${name}\` ${problem}`) } };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Writes packages/cli/src/troubleshooting/generated/options.ts. */
export function writeOptions(options: readonly OptionEntry[]): string {
  const lines = options.map((option) => `  ${JSON.stringify(option)},`);
  return `// Generated by \`npm run generate\` from the sources of the packages. Do not edit.
import type { OptionEntry } from '../option-entry.ts';

export const options: readonly OptionEntry[] = [
${lines.join('\n')}
];
`;
}
