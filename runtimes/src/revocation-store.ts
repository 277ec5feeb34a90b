// A store of revocations over HTTP, in memory: texts with the time at which they were written.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

interface Shelf {
  readonly texts: Set<string>;
  reads: number;
  isDown: boolean;
}

interface Command {
  readonly texts?: readonly string[];
  readonly isDown?: boolean;
}

/** The delay of a slow store: the request ends before the response of a read that it does not wait for. */
const slowMs = 300;

/** Each path is a store: `/store/good/…`, or `/store/slow/…`, whose reads take a while. */
export class RevocationStore {
  readonly #shelves = new Map<string, Shelf>();

  readsOf(path: string): number {
    return this.#shelf(path).reads;
  }

  /** GET reads, POST writes. PUT writes too, and takes the store down or up: it works while the store is down. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', method } = request;
    const shelf = this.#shelf(url);
    if (method === 'GET') {
      shelf.reads += 1;
      if (url.startsWith('/store/slow/')) await new Promise((resolve) => setTimeout(resolve, slowMs));
    }
    if (method !== 'PUT' && shelf.isDown) return void response.writeHead(503).end();
    if (method !== 'GET') this.command(url, (await json(request)) as Command);
    response.end(JSON.stringify({ texts: [...shelf.texts], storeTime: new Date().toISOString() }));
  }

  command(path: string, { texts = [], isDown }: Command): void {
    const shelf = this.#shelf(path);
    for (const text of texts) shelf.texts.add(text);
    if (isDown !== undefined) shelf.isDown = isDown;
  }

  #shelf(path: string): Shelf {
    const shelf = this.#shelves.get(path) ?? { texts: new Set(), reads: 0, isDown: false };
    this.#shelves.set(path, shelf);
    return shelf;
  }
}
