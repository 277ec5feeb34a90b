import { createLogUpdate } from 'log-update';

/** Shows how far it is, to people who are looking. */
export interface ProgressDisplay {
  show(users: number): void;
  end(message: string): void;
}

const width = 40;

/** A bar where the number of users is known, a counter where it is not, and nothing but the last word in a pipe. */
export function startProgress(total: number | undefined): ProgressDisplay {
  const output = process.stderr;
  if (!output.isTTY) return { show: () => {}, end: (message) => console.error(message) };
  // Hiding the cursor would bring a handler of signals along, which ends the process where ours would not.
  const draw = createLogUpdate(output, { showCursor: true });
  const show = (users: number): void => {
    draw(total === undefined ? `${users} users` : `${drawBar(users / total)} ${users} of ${total} users`);
  };
  show(0);
  return {
    show,
    end(message) {
      draw.done();
      console.error(message);
    },
  };
}

function drawBar(share: number): string {
  const filled = Math.round(width * Math.min(1, share));
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}
