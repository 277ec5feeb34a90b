// edge-runtime: only the APIs of Vercel's edge functions and Next's middleware.
import { EdgeVM } from '@edge-runtime/vm';
import { bundle, readBundle } from './bundle.ts';
import type { Question } from './case.ts';
import type { Runtime } from './runtime.ts';

export async function listEdgeRuntimes(): Promise<readonly Runtime[]> {
  const conditions = ['edge-light', 'worker'];
  const codes = {
    cases: readBundle(await bundle('in-edge', conditions)),
    alone: readBundle(await bundle('alone-in-edge', conditions)),
  };
  return [
    {
      name: 'edge-runtime',
      kind: 'bundled',
      async start(script = 'cases') {
        const vm = new EdgeVM();
        vm.evaluate(codes[script]);
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

/** Passes the question as text, so that no object of this realm reaches the VM. */
function answerIn(vm: EdgeVM, question: Question): Promise<string> {
  return vm.evaluate<Promise<string>>(`answer(${JSON.stringify(question)})`);
}
