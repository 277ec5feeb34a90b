import { docsUrlFor, nearestName } from '@torii/core/internal';
import { doctorGroup, groups } from './catalog.ts';
import { actors } from './entry.ts';
import { options } from './generated/options.ts';
import { optionAdvice } from './option-advice.ts';
import { plainText } from './plain-text.ts';
import { pastedText, unknownOption } from './special-entries.ts';

/** What is known about a name, as written by --json. */
export interface Explanation {
  readonly name: string;
  readonly url: string;
  /** The meanings of a reason or a code. A name can have several, such as one for requests and one for webhooks. */
  readonly meanings: readonly Meaning[];
  /** What to do about a wrong option. `null` if the messages of the option say it. */
  readonly advice: string | null;
  /** The packages that have an option of this name. */
  readonly options: readonly OptionMeaning[];
}

export interface Meaning {
  readonly place: string;
  readonly meaning: string;
  readonly status: number | null;
  /** Who has to act. `null` for errors of a command: the person who runs it. */
  readonly act: string | null;
  /** The most likely cause first. */
  readonly causes: readonly { readonly cause: string; readonly remedy: string }[];
  readonly find: string | null;
}

export interface OptionMeaning {
  readonly package: string;
  readonly about: string | null;
  readonly default: string | null;
  readonly messages: readonly string[];
}

const special: Readonly<Record<string, string>> = { unknown_option: unknownOption, pasted_text: pastedText };
const allGroups = [...groups, doctorGroup];

/** The names by the title of their group, in the order of the page. */
export function listNames(): readonly { readonly group: string; readonly names: readonly string[] }[] {
  return [
    ...groups.map(({ title, entries }) => ({ group: title, names: Object.keys(entries) })),
    { group: 'Configuration', names: [...Object.keys(special), ...options.map(({ name }) => name)] },
    { group: doctorGroup.title, names: Object.keys(doctorGroup.entries) },
  ];
}

const known: readonly string[] = [...new Set(listNames().flatMap(({ names }) => names))];

/** Finds the name that the user asked for: the name itself, in upper or lower case, or a URL that ends in it. */
export function findName(text: string): string | undefined {
  const wanted = text.trim().replace(/^.*#/, '').replace(/\..*/, '').replaceAll(/: ?| /g, '-');
  return known.find((name) => name === wanted) ?? known.find((name) => name.toLowerCase() === wanted.toLowerCase());
}

/** Names that are similar to an unknown one, the most similar first. */
export function similarNames(text: string): readonly string[] {
  const nearest = nearestName(text, known);
  const word = text.toLowerCase();
  const containing = word.length < 3 ? [] : known.filter((name) => name.toLowerCase().includes(word));
  return [...new Set([...(nearest === undefined ? [] : [nearest]), ...containing])].slice(0, 5);
}

export function explain(name: string): Explanation {
  const meanings = allGroups.flatMap(({ place, entries }): readonly Meaning[] => {
    const entry = entries[name];
    if (entry === undefined) return [];
    const { meaning, actor, causes, find } = entry;
    return [
      {
        place,
        meaning: plainText(meaning),
        status: 'status' in entry ? Number(entry.status) : null,
        act: actor === undefined ? null : actors[actor],
        causes: Object.values(causes).map(({ cause, remedy }) => ({
          cause: plainText(cause),
          remedy: plainText(remedy),
        })),
        find: find === undefined ? null : plainText(find),
      },
    ];
  });
  const places = options.find((option) => option.name === name)?.places ?? [];
  const advice = optionAdvice[name] ?? special[name];
  return {
    name,
    url: docsUrlFor(name),
    meanings,
    advice: advice === undefined ? null : plainText(advice),
    options: places.map(({ from, about = null, absent = null, messages, isPasted = false }) => ({
      package: from,
      about,
      default: absent,
      messages: isPasted
        ? [...messages, `\`${name}\` is empty, or a text that was pasted or read wrongly: torii explain pasted_text`]
        : messages,
    })),
  };
}
