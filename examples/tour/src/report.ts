import { styleText } from 'node:util';
import type { Emulator } from '@torii/emulator';
import { getBorderCharacters, table } from 'table';
import type { RunningServer } from './servers.ts';
import { grace, type Step } from './tour.ts';

/** How many answers are not the expected ones. */
export function countWrong(steps: readonly Step[]): number {
  return steps.flatMap(({ expected, answers }) => [...answers.values()].filter((answer) => answer !== expected)).length;
}

/** One line for each step, one column for each place. Coloured where standard output is a terminal that wants it. */
export function formatTable(steps: readonly Step[], places: readonly string[]): string {
  const rows = steps.map(({ sent, expected, answers }) => [
    sent,
    expected,
    ...places.map((place) => formatAnswer(answers.get(place), expected)),
  ]);
  return table([['sent', 'expected', ...places], ...rows], {
    border: getBorderCharacters('norc'),
    drawHorizontalLine: (line, lines) => line < 2 || line === lines,
  });
}

/** A good answer is what stands under "expected", so its status is enough; of a wrong one, all of it is of interest. */
function formatAnswer(answer: string | undefined, expected: string): string {
  if (answer === undefined) return '';
  if (answer !== expected) return styleText('red', `✗ ${answer}`);
  const [status = answer] = /^\d{3}\b/.exec(answer) ?? [];
  return styleText('green', `✓ ${status}`);
}

/** Where everything is, and how to try it by hand. */
export function describeCall(torii: Emulator, servers: readonly RunningServer[], page: RunningServer): string {
  const places = [
    { name: 'Torii', url: torii.issuer },
    { name: 'its dashboard', url: torii.dashboardUrl },
    ...servers,
    page,
  ];
  const width = Math.max(...places.map(({ name }) => name.length));
  const credentials = JSON.stringify({ email: grace.email, password: grace.password });
  return [
    ...places.map(({ name, url }) => `  ${name.padEnd(width)}  ${url}`),
    '',
    'Another user, who is not banned, signs in and calls a server, as the static page does in a browser:',
    '',
    `  TOKEN=$(curl -s ${torii.signInUrl} -H 'content-type: application/json' \\`,
    `    -d '${credentials}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `  curl -i -H "Authorization: Bearer $TOKEN" ${servers[0]?.url}/me`,
  ].join('\n');
}
