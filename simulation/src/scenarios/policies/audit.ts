import type { AuthzEvent } from '@torii/authz';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { callers, type Impersonation, type Question, userOf } from './callers.ts';

type Impersonated = Extract<AuthzEvent, { readonly type: 'impersonated' }>;

/** With `impersonation: 'audit'`, each request of an impersonated user is reported, whether it passes or not. */
export class Audit {
  readonly #world: World;
  readonly #process: VirtualProcess;
  readonly #impersonation: Impersonation;
  #begun = 0;
  #reported = 0;
  #ended = 0;

  constructor(world: World, process: VirtualProcess, impersonation: Impersonation) {
    [this.#world, this.#process, this.#impersonation] = [world, process, impersonation];
  }

  begin(question: Question): void {
    if (this.#isAudited(question)) this.#begun += 1;
  }

  hear({ userId, actorId }: Impersonated): void {
    this.#reported += 1;
    const isKnown = callers.some(({ isImpersonated }, caller) => isImpersonated && userOf(caller) === userId);
    if (!isKnown || actorId !== 'admin' || this.#reported > this.#begun)
      this.#violate('reports a request that no impersonated user has sent');
  }

  end(question: Question): void {
    if (!this.#isAudited(question)) return;
    this.#ended += 1;
    if (this.#reported < this.#ended) this.#violate('does not report a request of an impersonated user');
  }

  #isAudited({ caller, way }: Question): boolean {
    return this.#impersonation === 'audit' && way !== 'can' && callers[caller]?.isImpersonated === true;
  }

  #violate(text: string): void {
    this.#world.violate(27, `${this.#process.name} ${text}`);
  }
}
