/** Events that are read with `for await`, until `stop`. */
export class EventList<T> implements AsyncIterable<T> {
  readonly #events: T[] = [];
  #isOver = false;
  #wake = (): void => {};

  push(event: T): void {
    if (this.#isOver) return;
    this.#events.push(event);
    this.#wake();
  }

  stop(): void {
    this.#isOver = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) yield event;
      else if (this.#isOver) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
