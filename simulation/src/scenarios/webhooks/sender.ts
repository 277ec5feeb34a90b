import type { Random } from '../../world/random.ts';
import type { Result } from './answers.ts';
import { isEndless } from './body.ts';
import { type Message, signed } from './message.ts';
import { type BodyForm, goodLookups, type Lookups } from './plan.ts';
import type { EventState, Run } from './run.ts';

const timeoutMs = 15_000;
const longestWaitMs = 3_600_000;

/** Sends events as Torii's emulator does: a new timestamp and signature for each attempt, and longer waits each time. */
export class Sender {
  readonly #run: Run;
  readonly #random: Random;
  /** For each event, how many more of its answers get lost. */
  readonly #losses: Map<number, number> = new Map();

  constructor(run: Run) {
    this.#run = run;
    this.#random = run.world.random.fork('sender');
  }

  sign(event: EventState, seconds: number = this.#run.senderSeconds): Message {
    const message = signed(event, seconds, this.#run.secretsOf('sender'));
    this.#run.recorded.push(message);
    return message;
  }

  /** Sends an event until it is accepted, or all attempts are used up. */
  send(event: EventState, to: number, form: BodyForm, losesAnswers: number): void {
    this.#losses.set(event.event, losesAnswers);
    this.#attempt(event, to, form, 0);
  }

  #attempt(event: EventState, to: number, form: BodyForm, attempt: number): void {
    const { world, plan } = this.#run;
    const message = this.sign(event);
    let isOver = false;
    const next = (retryAfterMs: number): void => {
      if (isOver) return;
      isOver = true;
      const seconds = plan.sender.retrySeconds[attempt];
      if (seconds === undefined) return;
      const waitMs = Math.max(retryAfterMs, seconds * 1000 * (1 - this.#random.below(200) / 1000));
      // The first attempt may meet a broken connection. A load balancer chooses the process of each attempt.
      const nextForm = form === 'broken stream' || isEndless(form) ? 'text' : form;
      world.schedule.after(Math.round(waitMs), () =>
        this.#attempt(event, to + this.#random.below(3), nextForm, attempt + 1),
      );
    };
    world.schedule.after(timeoutMs, () => next(0));
    this.arrive(to, message, form, (result) => {
      const losses = this.#losses.get(event.event) ?? 0;
      this.#losses.set(event.event, losses - 1);
      if (losses > 0) return;
      if (isAccepted(result)) isOver = true;
      else next(retryAfterMsOf(result));
    });
  }

  /** Brings a message to a process, and its answer back. */
  arrive(
    to: number,
    message: Message,
    form: BodyForm,
    onResult: (result: Result) => void = () => {},
    lookups: Lookups = goodLookups,
  ): void {
    const { world, plan } = this.#run;
    world.schedule.after(this.#random.between(1, plan.latencyMs), () => {
      this.#run.deliver(
        to,
        message,
        form,
        (result) => {
          world.schedule.after(this.#random.between(1, plan.latencyMs), () => onResult(result));
        },
        lookups,
      );
    });
  }
}

export function isAccepted(result: Result): boolean {
  return !('thrown' in result) && result.status === 200;
}

function retryAfterMsOf(result: Result): number {
  const seconds = 'thrown' in result ? 0 : Number(result.headers['Retry-After'] ?? 0);
  return Math.min(longestWaitMs, seconds * 1000);
}
