import type { Fetch } from '../src/index.ts';

/** How `GET /pubkey` responds: with a body, with a status, never, or with a network error. */
export type Behaviour = string | number | 'never' | 'fails' | Response;

/** A `fetch` function that stands in for the gateway and its network, and records requests. */
export class PubkeyEndpoint {
  behaviour: Behaviour;
  asked = 0;
  readonly urls: string[] = [];

  constructor(behaviour: Behaviour) {
    this.behaviour = behaviour;
  }

  readonly fetch: Fetch = async (url, init) => {
    this.asked += 1;
    this.urls.push(String(url));
    const { behaviour } = this;
    if (behaviour === 'fails') throw new TypeError('fetch failed');
    // Ignores the abort signal, as a custom `fetch` may do.
    if (behaviour === 'never') return new Promise<Response>(() => {});
    if (init?.redirect !== 'manual') throw new Error('follows redirects');
    if (typeof behaviour === 'number') return new Response(null, { status: behaviour });
    return typeof behaviour === 'string' ? new Response(behaviour) : behaviour;
  };
}
