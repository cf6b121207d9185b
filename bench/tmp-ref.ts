import { flatSite, readRows, treeSite, within } from './sharing-sites.ts';
import { slotSite } from '../src/study/references/slot-site.ts';
import { referencesOf } from '../src/study/references/references.ts';
import { sharingOf } from '../src/settings.ts';
const [file = '', first = '2019-03-04', last = '2019-03-08', slotS = '300'] = process.argv.slice(2);
const rows = within(readRows(file), first, last);
console.log(rows.length);
for (const one of [...[20, 30, 40, 50].map((kW) => flatSite(rows, (kW * 2) / 3)), treeSite(rows, 50), treeSite(rows, 63), treeSite(rows, 80)]) {
  const t = performance.now();
  if (one.config.siteModel === null) throw new Error();
  const site = slotSite({ ...one, model: one.config.siteModel, nominalVoltageV: one.config.site.nominalVoltageV, slotS: Number(slotS) });
  const refs = referencesOf(site, sharingOf(one.config).rules.policy);
  console.log(one.name, Math.round(performance.now() - t), 'ms');
  for (const r of refs) console.log('  ', r.rule.padEnd(26), r.metPercent.toFixed(1), r.jain.toFixed(2), r.neverStarted, r.leftShort, r.pausesPerSession.toFixed(2), JSON.stringify(r.waitingMinutes));
}
