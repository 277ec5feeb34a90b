/**
 * The URL of the repository, such as `https://github.com/OWNER/NAME`, or undefined if it is not known yet.
 *
 * @throws Error if `repository` in the package.json of `root` cannot be used
 */
export function readRepositoryUrl(root: string): string | undefined;
