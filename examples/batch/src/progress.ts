import { createLogUpdate } from 'log-update';

/** Shows how far an export has come. */
export interface ProgressDisplay {
  show(users: number): void;
  end(message: string): void;
}

const width = 40;

/**
 * Shows a bar if the total is known, otherwise a counter. If stderr is not a terminal, shows only the final message.
 */
export function startProgress(total: number | undefined): ProgressDisplay {
  const output = process.stderr;
  if (!output.isTTY) return { show: () => {}, end: (message) => console.error(message) };
  // To hide the cursor, log-update would install a signal handler that ends the process on the first Ctrl-C.
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
