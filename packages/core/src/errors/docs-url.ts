/** `homepage` of the repository's package.json. The only place in this package that names it. */
export const docsHome = 'https://torii.so/docs/typescript';

/** The address of the page that explains a reason, a code or an option. `login.user` is explained with `login`. */
export function docsUrlFor(name: string): string {
  return `${docsHome}/troubleshooting#${name.replace(/\..*|[^\w-]/gs, '').toLowerCase()}`;
}

/** Removes the address at the end of a message that becomes a part of another one. */
export function withoutDocsUrl(message: string): string {
  return message.replace(/ See https:\S+$/, '');
}
