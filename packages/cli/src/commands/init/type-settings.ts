// The tsconfig.json of a new app, whose files Node runs as they are. That of `tsc --init` neither includes the types of Node, nor
// allows imports that end with `.ts`.
import type { FileChange, Project } from './plan.ts';

const path = 'tsconfig.json';

const newSettings = `{
  "compilerOptions": {
    "target": "esnext",
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "skipLibCheck": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "allowImportingTsExtensions": true,
    "noEmit": true
  }
}
`;

export function typeSettings({ files, language, compilerOptions }: Project): readonly FileChange[] {
  const before = files.read(path);
  if (language !== 'ts') return [];
  if (before === undefined) return [{ path, before, after: newSettings }];
  const typed = before.replace(/^(\s*"types"\s*:\s*)\[\s*\]/m, '$1["node"]');
  const allowsEndings = ['allowImportingTsExtensions', 'rewriteRelativeImportExtensions'].some(
    (name) => compilerOptions[name] === true,
  );
  const after = allowsEndings
    ? typed
    : typed.replace(
        /^([ \t]*)("compilerOptions"\s*:\s*\{)(\r?\n)([ \t]*)/m,
        (_found, indent: string, start: string, newline: string, inner: string) =>
          `${indent}${start}${newline}${inner}"rewriteRelativeImportExtensions": true,${newline}${inner}`,
      );
  return after === before ? [] : [{ path, before, after }];
}
