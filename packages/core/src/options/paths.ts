import { describeValue } from '../logs/found-value.ts';
import { compilePublicPaths, type PublicPaths, problemOfPublicPath, readPath } from '../request/path.ts';
import { type Options, readList, wrongOption, wrongValue } from './reader.ts';

/** Reads a list of paths. `[]` if the option is absent. Throws a ToriiConfigError if it lists fewer than `fewest`. */
export function listPaths<Name extends string>(options: Options<Name>, name: Name, fewest = 0): readonly string[] {
  const kind = 'a list of paths';
  const example = `${name}: ['/health', '/docs/*']`;
  const list = readList(options, name, kind, example);
  if (name in options && list.length < fewest) throw wrongValue(name, kind, list, example);
  return list.map((path) => {
    if (typeof path !== 'string')
      throw wrongOption(name, `contains ${describeValue(path)}: a path is a string. Write ${example}`);
    const problem = problemOfPublicPath(path);
    if (problem === undefined) return path;
    throw wrongOption(name, `contains ${JSON.stringify(path)}: ${problem}. Write ${example}`);
  });
}

/** Reads a list of public paths. See {@link listPaths}. */
export function readPublicPaths<Name extends string>(options: Options<Name>, name: Name, fewest = 0): PublicPaths {
  return compilePublicPaths(listPaths(options, name, fewest));
}

/** Reads an option that is one exact path, without `*`. */
export function readLiteralPath<Name extends string>(options: Options<Name>, name: Name, example: string): string {
  const value = options[name];
  if (typeof value === 'string' && !value.includes('*') && 'path' in readPath(value)) {
    const problem = problemOfPublicPath(value);
    if (problem === undefined) return value;
    throw wrongOption(name, `cannot be used: ${problem}. Write ${example}`);
  }
  throw wrongValue(name, 'a path that begins with a slash, without `*`', value, example);
}
