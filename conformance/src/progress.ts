const width = 30;

export interface Progress {
  show(done: number, all: number, failed: number): void;
  clear(): void;
}

/** Draws a bar on a terminal, and nothing elsewhere. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  const isShown = stream.isTTY === true;
  return {
    show(done: number, all: number, failed: number): void {
      if (!isShown) return;
      const filled = Math.round((done / all) * width);
      const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
      stream.write(`\r${bar} ${done}/${all}${failed > 0 ? `, ${failed} failed` : ''}\u001b[K`);
    },
    clear(): void {
      if (isShown) stream.write('\r\u001b[K');
    },
  };
}
