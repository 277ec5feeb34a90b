import type { DefaultTheme } from 'vitepress';

/** VitePress sends these functions to the browser as text, so each must work alone, without imports. */
export const searchOptions: DefaultTheme.LocalSearchOptions = {
  // Leave large tables of measurements out of the index: they are larger than all guides together.
  _render: (source, env, md) => {
    const html = md.render(source, env);
    return env.frontmatter?.['search'] === 'text' ? html.replace(/<table[\s\S]*?<\/table>/g, '') : html;
  },
  miniSearch: {
    options: {
      // Index names such as `token_expired` and `@torii/next` as a whole and by their parts, and plurals as singulars.
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
      // In a search for `token_expired`, matches of the whole name count more than matches of its part `expired`.
      boostTerm: (term: string, _index: number, terms: readonly string[]) =>
        terms.some((other) => other !== term && other.includes(term)) ? 0.05 : 1,
      // Ranks the description of the searched name first, then sections with that title, then introductions of pages. Pages for
      // users rank above pages about the design of the packages.
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
