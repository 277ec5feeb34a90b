import { Worker } from 'node:worker_threads';
import { noStatement } from '../scenario.ts';
import type { Violation } from '../world/world.ts';
import type { Checked, Message, Reply, Shrunk, Task } from './task.ts';

interface Job {
  readonly task: Task;
  readonly onProgress: (tried: number) => void;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly builds: Set<string>;
  job: Job | undefined;
  alarm: NodeJS.Timeout | undefined;
}

/** An episode that computes for longer than this, in real time, will not end. Most take less than a tenth of a second. */
const longestMs = 600_000;

/** Threads that run episodes. A thread that dies, or hangs, is replaced. */
export class Pool {
  readonly #scenariosUrl: string;
  readonly #threads: Thread[] = [];
  readonly #queue: Job[] = [];
  #isClosed = false;

  constructor(size: number, scenariosUrl: string) {
    this.#scenariosUrl = scenariosUrl;
    for (let number = 0; number < size; number++) this.#threads.push(this.#start());
  }

  get size(): number {
    return this.#threads.length;
  }

  /** The result of an episode. An episode that ends its thread, or never ends, is a violation too. */
  async check(task: Omit<Task, 'kind'>): Promise<Checked> {
    try {
      const reply = await this.#perform({ ...task, kind: 'check' });
      if (reply.kind === 'checked') return reply.checked;
      throw new Error('The worker sent another reply.');
    } catch (error) {
      return { violation: failure(error), processHours: 0, tookMs: 0, lines: 0, trace: new Uint8Array() };
    }
  }

  /** The shortest plan that violates the same statement as the plan of the seed. */
  async shrink(task: Omit<Task, 'kind'>, onProgress: (tried: number) => void = () => {}): Promise<Shrunk> {
    const reply = await this.#perform({ ...task, kind: 'shrink' }, onProgress);
    if (reply.kind === 'shrunk') return reply.shrunk;
    throw new Error('The worker sent another reply.');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { alarm } of this.#threads) clearTimeout(alarm);
    for (const job of this.#queue.splice(0)) job.reject(new Error('The pool is closed.'));
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #perform(task: Task, onProgress: (tried: number) => void = () => {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const job = { task, onProgress, resolve, reject };
      // A person waits for a shrunk plan, and not for the episodes that were started ahead.
      if (task.kind === 'shrink') this.#queue.unshift(job);
      else this.#queue.push(job);
      for (const thread of this.#threads) this.#feed(thread);
    });
  }

  #feed(thread: Thread): void {
    if (thread.job !== undefined) return;
    const job = this.#nextFor(thread);
    if (job === undefined) return;
    thread.job = job;
    const { build } = job.task;
    const text = thread.builds.has(build.id) ? undefined : build.text;
    thread.builds.add(build.id);
    const message: Message = { ...job.task, build: { ...build, text } };
    thread.worker.postMessage(message);
    this.#watch(thread);
  }

  /**
   * Compiling and optimizing the code of a build takes a second or so in each thread. So a thread prefers a build that it has
   * run, and then one that no other thread has run.
   */
  #nextFor(thread: Thread): Job | undefined {
    const queue = this.#queue;
    if (queue[0]?.task.kind === 'shrink') return queue.shift();
    const find = (has: (id: string) => boolean): number => queue.findIndex(({ task }) => has(task.build.id));
    const own = find((id) => thread.builds.has(id));
    const unused = own === -1 ? find((id) => this.#threads.every(({ builds }) => !builds.has(id))) : -1;
    const [job] = queue.splice(Math.max(own, unused, 0), 1);
    return job;
  }

  #watch(thread: Thread): void {
    clearTimeout(thread.alarm);
    thread.alarm = setTimeout(() => {
      this.#replace(thread, new Error(`The episode did not end within ${longestMs / 60_000} minutes.`));
      void thread.worker.terminate();
    }, longestMs);
  }

  #start(): Thread {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: { scenariosUrl: this.#scenariosUrl },
      execArgv: ['--conditions=@torii/source'],
    });
    const thread: Thread = { worker, builds: new Set(), job: undefined, alarm: undefined };
    worker.on('message', (reply: Reply) => {
      const { job } = thread;
      if (reply.kind === 'progress') {
        this.#watch(thread);
        return job?.onProgress(reply.tried);
      }
      clearTimeout(thread.alarm);
      thread.job = undefined;
      job?.resolve(reply);
      this.#feed(thread);
    });
    worker.on('exit', (code) => this.#replace(thread, new Error(`The thread ended with exit code ${code}.`)));
    worker.on('error', (error) => this.#replace(thread, error instanceof Error ? error : new Error(String(error))));
    return thread;
  }

  #replace(thread: Thread, error: Error): void {
    clearTimeout(thread.alarm);
    const { job } = thread;
    thread.job = undefined;
    job?.reject(error);
    const place = this.#threads.indexOf(thread);
    if (this.#isClosed || place === -1) return;
    const next = this.#start();
    this.#threads[place] = next;
    this.#feed(next);
  }
}

function failure(error: unknown): Violation {
  const text = error instanceof Error ? error.message : String(error);
  return { statement: noStatement, atMs: 0, text: `The episode failed: ${text}` };
}
