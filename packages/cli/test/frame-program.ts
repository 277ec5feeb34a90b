// A program that runs like `torii`. Its commands do what real commands do: list records, ask, take long and fail.
import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type ApiOptions, addApiOptions, clientFor } from '../src/client.ts';
import { startProgress } from '../src/output/progress.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord, writeRecords } from '../src/output/records.ts';
import type { Column } from '../src/output/table.ts';
import { addYesOption, confirm } from '../src/prompt.ts';
import { runAsProcess } from '../src/run.ts';

interface Person {
  readonly id: string;
  readonly name: string | null;
}

const columns: readonly Column<Person>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'name', value: ({ name }) => name, narrowest: 10 },
];

await runAsProcess(async (program, context) => {
  const { output, signal } = context;

  addFormOptions(program.command('people').argument('<json>')).action((json: string, options: FormOptions) =>
    writeRecords(output, formOf(options), columns, JSON.parse(json) as Person[]),
  );
  addFormOptions(program.command('person').argument('<json>')).action((json: string, options: FormOptions) =>
    writeRecord(output, formOf(options), columns, JSON.parse(json) as Person),
  );
  addApiOptions(program.command('count')).action(async (options: ApiOptions) => {
    const client = await clientFor(context, options);
    const { items } = await client.users.list({}, { signal, maxRetries: 0 });
    await output.write(`${items.length} users\n`);
  });
  addYesOption(program.command('burn')).action(async (options: { readonly yes?: true }) => {
    await confirm(context, 'Burn it?', options);
    await output.write('burnt\n');
  });
  program
    .command('work')
    .option('--count <number>')
    .action(async ({ count = '1000' }: { readonly count?: string }) => {
      const total = Number(count);
      const progress = startProgress(context, { title: 'work', total });
      try {
        for (let done = 0; done < total; done++) {
          await wait(100, undefined, { signal });
          progress.advance(1);
          if (done === 2) progress.say('the third is broken');
        }
      } finally {
        progress.end();
      }
    });
  // Tidies up after a signal by writing a file, which takes several turns of the event loop.
  program.command('tidy <file>').action(async (file: string) => {
    await output.write('started\n');
    await wait(600_000, undefined, { signal }).catch(() => {});
    for (let turn = 0; turn < 20; turn++) await wait(5);
    writeFileSync(file, '');
  });
  program
    .command('hang')
    .option('--bar')
    .action(async ({ bar }: { readonly bar?: true }) => {
      if (bar) startProgress(context, { title: 'hanging', total: 10 });
      await output.write('hanging\n');
      // A timer keeps the process alive.
      for (;;) await wait(60_000);
    });
  program.command('endless').action(async () => {
    for (;;) await output.write(`${'line '.repeat(1000)}\n`);
  });
  program
    .command('break')
    .option('--later')
    .action(async ({ later }: { readonly later?: true }) => {
      if (later) {
        setTimeout(() => {
          throw new TypeError('sk_live_inside and other text');
        });
        await wait(60_000);
      }
      // An escape sequence must not hide the key from the search for secrets.
      throw new TypeError('sk\u001b[0m_live_inside and other text');
    });
});
