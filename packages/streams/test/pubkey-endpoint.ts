import type { Fetch } from '../src/index.ts';

/** What `GET /pubkey` answers: a body, a status, nothing ever, or a network that fails. */
export type Behaviour = string | number | 'never' | 'fails' | Response;

/** A gateway's endpoint without a gateway, where the network itself is the subject. Counts how often it was asked. */
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
    // Does not heed the signal, as a `fetch` of somebody's own may not.
    if (behaviour === 'never') return new Promise<Response>(() => {});
    if (init?.redirect !== 'manual') throw new Error('follows redirects');
    if (typeof behaviour === 'number') return new Response(null, { status: behaviour });
    return typeof behaviour === 'string' ? new Response(behaviour) : behaviour;
  };
}
