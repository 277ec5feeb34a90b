// Prints how each framework responds to each uncaught error, as Markdown:
// node --conditions=@torii/source conformance/uncaught/main.ts
import { type Asked, askAll, environments } from './ask.ts';
import { thrown } from './errors.ts';

for (const environment of environments) {
  const rows = new Map<string, string[]>();
  for (const answer of await askAll(environment)) {
    rows.set(answer.framework, [...(rows.get(answer.framework) ?? []), describe(answer)]);
  }
  // Frameworks that respond alike share a column.
  const groups = new Map<string, { title: string; cells: readonly string[] }>();
  for (const [framework, cells] of rows) {
    const title = groups.get(cells.join())?.title;
    groups.set(cells.join(), { title: title === undefined ? framework : `${title}, ${framework}`, cells });
  }
  const columns = [...groups.values()];
  console.log(`\n## NODE_ENV ${environment ?? 'unset'}\n`);
  console.log(`| thrown and not handled | ${columns.map(({ title }) => title).join(' | ')} |`);
  console.log(`| --- |${' --- |'.repeat(columns.length)}`);
  for (const [index, { name }] of thrown.entries()) {
    console.log(`| ${name} | ${columns.map(({ cells }) => cells[index]).join(' | ')} |`);
  }
}

function describe({ status, headers, body }: Asked): string {
  const named = ['www-authenticate', 'retry-after'].flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [`\`${name}: ${value}\``];
  });
  const text = /<pre>([\s\S]*)<\/pre>/.exec(body)?.[1] ?? body;
  const hasStack = /\n\s+at |<br> &nbsp; &nbsp;at /.test(text);
  const [firstLine = ''] = text.split(/\n|<br>/);
  const shown = `${firstLine.replaceAll('&quot;', '"')}${hasStack ? ' … stack' : ''}`;
  return [`**${status}**`, ...named, shown].join('<br>').replaceAll('|', '\\|');
}
