import { loadProduct } from '/work/wt/sim/simulation/src/product/product.ts';
import { repository } from '/work/wt/sim/simulation/src/product/bundle.ts';
import { planOf, episodeSeed } from '/work/wt/sim/simulation/src/runner/episode.ts';
import { runPlan } from '/work/wt/sim/simulation/src/scenario.ts';
import { revocations } from '/work/wt/sim/simulation/src/scenarios/revocations/revocations.ts';
import { revocationsFaults } from '/work/wt/sim/simulation/src/faults/revocations.ts';
const [part = '', max = '400'] = process.argv.slice(2);
for (const { name, changes, statement } of revocationsFaults.filter((f) => f.name.includes(part))) {
  const source = await loadProduct({ parts: revocations.parts, root: repository, changes });
  const t0 = process.cpuUsage().user; let found;
  let i = 0;
  for (; i < Number(max) && found === undefined; i++) {
    const seed = episodeSeed(1, 'revocations', i);
    const { violation } = await runPlan(revocations, planOf(revocations, seed), seed, source);
    if (violation !== undefined) found = [violation.statement, seed, violation.text.slice(0, 110)];
  }
  console.log(found === undefined ? 'MISSED' : found[0] === statement ? 'ok    ' : `ok(${statement})`, String(i).padStart(4), `${((process.cpuUsage().user - t0) / 1e6).toFixed(1)}s`, name, '|', found?.join(' ') ?? '');
}
process.exit(0);
