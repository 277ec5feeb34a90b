/**
 * Writes an ES module as CommonJS. It knows the forms that the files of examples/start/ have, not all of JavaScript: imports of
 * one line or of a list of names, and exports before a declaration.
 *
 * @throws Error if an import or export is left
 */
export function toCommonJs(text: string): string {
  const names: string[] = [];
  let single: string | undefined;
  const body = text
    .replace(/^import \{([^}]*)\} from ('[^']+');/gm, (_found, list: string, from: string) => {
      const imported = list.replace(/\bas\b/g, ':').replace(/\s+:/g, ':');
      return `const {${imported}} = require(${from});`;
    })
    .replace(/^import (?:\* as )?(\w+) from ('[^']+');/gm, 'const $1 = require($2);')
    .replace(/^import (\w+), \{\s*\} from ('[^']+');/gm, 'const $1 = require($2);')
    .replace(/^import ('[^']+');/gm, 'require($1);')
    .replace(/^export default (?=async function|function|\w+;)/gm, (found) => {
      single = found;
      return 'module.exports = ';
    })
    .replace(/^export ((?:async )?function|const|class) (\w+)/gm, (_found, kind: string, name: string) => {
      names.push(name);
      return `${kind} ${name}`;
    });
  if (/^(?:import|export)\b(?!\()/m.test(body) || (single !== undefined && names.length > 0))
    throw new Error(`This module cannot be written as CommonJS:\n${text}`);
  return names.length === 0 ? body : `${body}\nmodule.exports = { ${names.join(', ')} };\n`;
}
