// edge-runtime: the APIs that Vercel's edge functions and Next's middleware have, and no others.
import { EdgeVM } from '@edge-runtime/vm';
import { bundle, readBundle } from './bundle.ts';
import type { Question } from './case.ts';
import type { Runtime } from './runtime.ts';

export async function listEdgeRuntimes(): Promise<readonly Runtime[]> {
  const code = readBundle(await bundle('in-edge', ['edge-light', 'worker']));
  return [
    {
      name: 'edge-runtime',
      kind: 'bundled',
      async start() {
        const vm = new EdgeVM();
        vm.evaluate(code);
        return {
          async ask(questions) {
            const answers: string[] = [];
            for (const question of questions) answers.push(await answerIn(vm, question));
            return { answers };
          },
          stop() {},
        };
      },
    },
  ];
}

/** As text, so that no object of this realm gets into that one. */
function answerIn(vm: EdgeVM, question: Question): Promise<string> {
  return vm.evaluate<Promise<string>>(`answer(${JSON.stringify(question)})`);
}
