import type { DefaultTheme } from 'vitepress';

/** VitePress sends these functions to the browser as text, so each must work alone, without imports. */
export const searchOptions: DefaultTheme.LocalSearchOptions = {
  // The tables of measurements and cases are not searched: they are larger than all guides together.
  _render: (source, env, md) => {
    const html = md.render(source, env);
    return env.frontmatter?.['search'] === 'text' ? html.replace(/<table[\s\S]*?<\/table>/g, '') : html;
  },
  miniSearch: {
    options: {
      // `token_expired`, `createVerifier` and `@torii/next` are found as they are, and by their parts.
      tokenize: (text) =>
        text
          .split(/[^\p{L}\p{N}\p{M}_$@/-]+/u)
          .map((word) => word.replace(/^[-/]+|[-/]+$/g, ''))
          .filter((word) => word !== '')
          .flatMap((word) => {
            const parts = word
              .split(/[_$@/-]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u)
              .filter((part) => part !== '' && part !== word);
            return [word, ...parts];
          }),
    },
    searchOptions: {
      prefix: true,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      boost: { title: 4, titles: 1, text: 2 },
      weights: { prefix: 0.4, fuzzy: 0.2 },
      // A part of a name, such as `expired` of `token_expired`, counts little if the name is searched.
      boostTerm: (term: string, _index: number, terms: readonly string[]) =>
        terms.some((other) => other !== term && other.includes(term)) ? 0.05 : 1,
      // A section that is named like the word comes first, then the beginnings of pages. Pages for users come before pages about
      // the design of the packages.
      boostDocument: (
        id: string,
        term: string,
        { title, titles }: { title?: string; titles?: readonly string[] } = {},
      ) => {
        const named = title?.toLowerCase() === term ? 4 : 1;
        const beginning = titles?.length === 0 ? 2 : 1;
        const path =
          /\/(?:decisions\/|performance|simulation|mutation|bench|conformance|runtimes|contributing|changelog)/;
        const place = path.test(id) ? 0.3 : /\/(?:troubleshooting|errors)(?:#|$)/.test(id) ? 2 : 1;
        return named * beginning * place;
      },
    },
  },
};
