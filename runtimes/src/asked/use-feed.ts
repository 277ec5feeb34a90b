import { createVerifier, type Verifier } from '@torii/core';
import { createRevocations, type PollSnapshot, type Revocations } from '@torii/revocation';
import type { FeedQuestion, FeedStep } from '../case.ts';
import { feedOf } from './store-client.ts';
import { describeError } from './take-steps.ts';

const everyMs = 250;
/** Far more than a revocation takes: the answer says how many reads it took. */
const maxReads = 10;

/** Returns an item for each step that asks something. Each run has a store to itself. */
export async function useFeed(question: FeedQuestion): Promise<string> {
  const realNow = Date.now;
  const server = new Server(question, `${question.stores}/${crypto.randomUUID()}`);
  const items: string[] = [];
  try {
    for (const step of question.steps) {
      if ('clockAheadMs' in step) Date.now = () => realNow() + step.clockAheadMs;
      else if ('store' in step) await server.command(step.store);
      else items.push(await server.take(step));
    }
    return items.join('; ');
  } finally {
    Date.now = realNow;
    await server.close();
  }
}

/** A server of an app. Creates the verifier at the first request: the store may have entries before. */
class Server {
  readonly #question: FeedQuestion;
  readonly #store: string;
  #parts: { readonly revocations: Revocations; readonly verifier: Verifier } | undefined;
  #reads = 0;

  constructor(question: FeedQuestion, store: string) {
    this.#question = question;
    this.#store = store;
  }

  async command(command: object): Promise<void> {
    await fetch(this.#store, { method: 'PUT', body: JSON.stringify(command) });
  }

  async take(step: Exclude<FeedStep, { store: object } | { clockAheadMs: number }>): Promise<string> {
    if ('token' in step) return this.#verify(step.token);
    if ('untilRefused' in step) return this.#verifyUntilRefused(step.untilRefused);
    if ('announce' in step) {
      const { revocations } = this.#start();
      return revocations.revokeUser(step.announce, { at: step.at }).then(() => 'announced', describeError);
    }
    const { texts }: PollSnapshot = JSON.parse(await (await fetch(this.#store)).text());
    return texts.join(' ');
  }

  async close(): Promise<void> {
    await this.#parts?.revocations.close();
  }

  #start(): { readonly revocations: Revocations; readonly verifier: Verifier } {
    if (this.#parts !== undefined) return this.#parts;
    const { options } = this.#question;
    const onRead = (): void => {
      this.#reads += 1;
    };
    const feed = feedOf(this.#store, { everyMs, onRead });
    const revocations = createRevocations({ issuer: undefined, environmentId: undefined, ...options, feed });
    const verifier = createVerifier({ issuer: undefined, ...this.#question.verifier, revocations });
    this.#parts = { revocations, verifier };
    return this.#parts;
  }

  #verify(token: string): Promise<string> {
    const { verifier } = this.#start();
    return verifier.verify(token).then(({ userId }) => userId, describeError);
  }

  async #verifyUntilRefused(token: string): Promise<string> {
    const before = this.#reads;
    for (;;) {
      const outcome = await this.#verify(token);
      const reads = this.#reads - before;
      // One read may have begun before the entry was stored, and one may begin after its arrival.
      if (outcome === 'token_revoked' && reads <= 3) return outcome;
      if (outcome === 'token_revoked' || reads > maxReads) return `${outcome} after ${reads} reads`;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
