/** The `homepage` of the repository's package.json. Other files of this package import it from here. */
export const docsHome = 'https://torii.so/docs/typescript';

/** The URL that explains a reason, a code or an option. For a nested option such as `login.user`, that of `login`. */
export function docsUrlFor(name: string): string {
  return `${docsHome}/troubleshooting#${name.replace(/\..*|[^\w-]/gs, '').toLowerCase()}`;
}

/** Removes the link at the end of a message, so that the message can be used inside another one. */
export function withoutDocsUrl(message: string): string {
  return message.replace(/ See https:\S+$/, '');
}
