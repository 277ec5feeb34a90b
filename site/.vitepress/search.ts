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
      // `token_expired`, `createVerifier` and `@torii/next` are found as they are, and by their parts; plurals as singulars.
      tokenize: (text) =>
        text
          .split(/[^\p{L}\p{N}\p{M}_$@/-]+/u)
          .map((word) => word.replace(/^[-/]+|[-/]+$/g, ''))
          .filter((word) => word !== '')
          .flatMap((word) => {
            const parts = word
              .split(/[_$@/-]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u)
              .filter((part) => part !== '' && part !== word);
            const singular = /[^s]s$/.test(word) && word.length > 4 ? [word.slice(0, -1)] : [];
            return [word, ...parts, ...singular];
          }),
    },
    searchOptions: {
      prefix: true,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      boost: { title: 4, titles: 1, text: 2 },
      weights: { prefix: 0.1, fuzzy: 0.05 },
      // A part of a name, such as `expired` of `token_expired`, counts little if the name is searched.
      boostTerm: (term: string, _index: number, terms: readonly string[]) =>
        terms.some((other) => other !== term && other.includes(term)) ? 0.05 : 1,
      // The description of a name comes first, then sections that are named like the word, then the beginnings of pages. Pages for
      // users come before pages about the design of the packages.
      boostDocument: (
        id: string,
        term: string,
        { title, titles }: { title?: string; titles?: readonly string[] } = {},
      ) => {
        const background =
          /\/(?:decisions\/|performance|simulation|mutation|bench|conformance|runtimes|contributing|changelog|statements)/;
        if (background.test(id)) return 0.3;
        const isNamed = title?.toLowerCase() === term;
        if (/\/reference\//.test(id))
          return isNamed ? (/[A-Z@]/.test(title?.slice(1) ?? '') || titles?.includes('Functions') ? 6 : 1) : 0.15;
        if (isNamed && /\/(?:troubleshooting|errors)/.test(id)) return 5;
        return (isNamed ? 2 : 1) * (titles?.length === 0 ? 3 : 1);
      },
    },
  },
};
