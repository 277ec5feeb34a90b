// How changesets become entries of CHANGELOG.md: the text alone, without hashes of commits and without a list of the packages of this
// repository, which always have the same version.

export function getReleaseLine({ summary }) {
  const [first, ...rest] = summary.trim().split('\n');
  return [`- ${first}`, ...rest.map((line) => `  ${line}`.trimEnd())].join('\n');
}

export function getDependencyReleaseLine() {
  return '';
}
