import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import autocannon from 'autocannon';
import type { Material } from './material.ts';

export type Framework = 'node:http' | 'Express' | 'Koa';
/** What verifies the token. `middleware` is express-jwt or koa-jwt, with jwks-rsa. */
export type Guard = 'bare' | 'torii' | 'jose' | 'fast-jwt' | 'middleware';

export interface Served {
  /** CPU time of the server's process per request, including its threads. */
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
}

const connections = 32;

export class GuardedServer {
  readonly #process: ChildProcess;
  readonly #url: string;

  private constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.#url = `http://127.0.0.1:${port}/`;
  }

  static async start(framework: Framework, guard: Guard, { issuer, key }: Material): Promise<GuardedServer> {
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    const file = join(import.meta.dirname, 'guarded-server.ts');
    const child = fork(file, [framework, guard, issuer, pem], { execArgv: ['--conditions=@torii/source'] });
    const [{ port }] = await once(child, 'message');
    return new GuardedServer(child, port);
  }

  stop(): void {
    this.#process.disconnect();
  }

  async statusFor(token: string): Promise<number> {
    const response = await fetch(this.#url, { headers: { authorization: `Bearer ${token}` } });
    await response.arrayBuffer();
    return response.status;
  }

  /** Sends requests. The tokens are divided among the connections, and each connection repeats its own. */
  async serve(amount: number, tokens: readonly string[]): Promise<Served> {
    const before = await this.#cpuMicroseconds();
    const perSecond = await this.#send(amount, tokens);
    return { cpuMicroseconds: ((await this.#cpuMicroseconds()) - before) / amount, perSecond };
  }

  #send(amount: number, tokens: readonly string[]): Promise<number> {
    let [connection, answered, begun, ended] = [0, 0, 0, 0];
    return new Promise((resolve, reject) => {
      const instance = autocannon(
        {
          url: this.#url,
          connections,
          amount,
          // Milliseconds between checks whether all requests are done.
          sampleInt: 20,
          setupClient: (client) => {
            const own = tokens.filter(
              (_, index) => index % connections === connection % Math.min(connections, tokens.length),
            );
            connection += 1;
            const requests = own.map((token) => ({
              method: 'GET' as const,
              path: '/',
              headers: { authorization: `Bearer ${token}` },
            }));
            (client as unknown as { setRequests(requests: readonly object[]): void }).setRequests(requests);
          },
        } as autocannon.Options,
        (error, result) => {
          if (error !== null) return reject(error);
          if (result['2xx'] !== amount)
            return reject(new Error(`Only ${result['2xx']} of ${amount} responses were successful.`));
          resolve(((answered - 1) / (ended - begun)) * 1000);
        },
      );
      instance.on('response', () => {
        ended = performance.now();
        if (answered === 0) begun = ended;
        answered += 1;
      });
    });
  }

  async #cpuMicroseconds(): Promise<number> {
    const answer = once(this.#process, 'message');
    this.#process.send('cpu');
    const [{ cpu }] = await answer;
    return cpu.user + cpu.system;
  }
}
