// Exports every user. Usage: main.ts [FILE] [--total USERS] [--demo USERS]
import { inspect, parseArgs } from 'node:util';
import { createToriiClient, ToriiApiError, ToriiConnectionError } from '@torii/api';
import { startDemo } from './demo.ts';
import { exportUsers } from './export-users.ts';
import { startProgress } from './progress.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { total: { type: 'string' }, demo: { type: 'string' } },
});
const [file = 'users.ndjson'] = positionals;
const demo = values.demo === undefined ? undefined : await startDemo(`${file}.sqlite`, Number(values.demo));
const total = values.total ?? values.demo;

const stopper = new AbortController();
// The first Ctrl-C stops the export cleanly, a later one ends the process. Under npm, one Ctrl-C arrives twice.
process.once('SIGINT', () => {
  const stoppedAt = performance.now();
  stopper.abort();
  process.on('SIGINT', () => performance.now() - stoppedAt < 1_000 || process.exit(130));
});

const progress = startProgress(total === undefined ? undefined : Number(total));
try {
  const client = createToriiClient({
    secretKey: demo?.secretKey ?? process.env['TORII_SECRET_KEY'],
    apiUrl: demo?.apiUrl ?? process.env['TORII_API_URL'],
  });
  const { signal } = stopper;
  const users = await exportUsers(client, file, { filter: { limit: 100 }, signal, onPage: progress.show });
  progress.end(`${users} users are in ${file}.`);
} catch (error) {
  if (error instanceof ToriiConnectionError && error.reason === 'aborted') {
    progress.end('Stopped. Run the same command to continue.');
    process.exitCode = 130;
  } else {
    progress.end(describe(error));
    process.exitCode = 1;
  }
} finally {
  await demo?.stop();
}

/** The message of an API error is short, because frameworks may send it to callers. The details are in its properties. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ToriiConnectionError) return `${error.message} ${inspect(error.cause)}`;
  if (!(error instanceof ToriiApiError)) return error.message;
  const { message, code, detail, fieldErrors, supportId } = error;
  const fields = fieldErrors.map((wrong) => `${wrong.field}: ${wrong.message}`);
  return [`${message} ${code}`, detail, ...fields, supportId && `Support id: ${supportId}`].filter(Boolean).join('\n');
}
