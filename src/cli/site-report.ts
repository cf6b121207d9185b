import { type DeadBoxSum, deadBox, deadBoxWith } from '../balancer/dead-box.ts';
import { amps, leaseInWords } from '../config/dead-box-lint.ts';
import type { CircuitModel, ConnectorModel, SiteModel } from '../domain/site-model.ts';

/** Connectors of one circuit printed one by one; of more, only the number. */
const MAX_CONNECTORS = 12;

/** The site for a person: its tree of circuits, and what it would draw if this machine were gone. */
export function siteReport(model: SiteModel, lease: number | 'auto'): string[] {
  return [
    'The site:',
    ...treeLines(model),
    '',
    'If this gateway dies now:',
    ...deadBox(model).map((sum) => `  ${sum.circuit}: ${deadBoxWords(sum)}`),
    '',
    'If besides the power fails and comes back, with cars everywhere and makes that lose the time in it (docs/dialects.md):',
    ...deadBoxWith(model, ({ ratedMA }) => ratedMA).map((sum) => `  ${sum.circuit}: ${deadBoxWords(sum)}`),
    '',
    lease === 'auto'
      ? `Lease (auto): ${leaseInWords(model)}`
      : `Lease: at most ${lease} s, as configured; with auto ${leaseInWords(model)}`,
  ];
}

/** `L1 58 / L2 61 / L3 49 of 63 A`. */
function deadBoxWords({ sumMA, limitMA }: DeadBoxSum): string {
  const sums = sumMA.map((sum, phase) => `L${phase + 1} ${amps(sum)}`).join(' / ');
  return `${sums} of ${perPhase(limitMA)} A`;
}

function treeLines(model: SiteModel): string[] {
  const lines: string[] = [];
  const [root] = model.circuits;
  if (root !== undefined) draw(root, 1);
  return lines;

  function draw(circuit: CircuitModel, depth: number): void {
    const indent = '  '.repeat(depth);
    const meters = model.meters.filter(({ circuit: id }) => id === circuit.id).map(({ id, side }) => `${id} (${side})`);
    const facts = [
      `${perPhase(circuit.limitMA)} A`,
      ...(circuit.limitW === null ? [] : [`${circuit.limitW / 1_000} kW`]),
      ...(circuit.unbalanceMA === null ? [] : [`phases at most ${amps(circuit.unbalanceMA)} A apart`]),
      ...(circuit.marginPercent > 0 ? [`margin ${circuit.marginPercent} %`] : []),
      ...(circuit.reserveMA.some((each) => each > 0) ? [`reserve ${perPhase(circuit.reserveMA)} A`] : []),
      ...(meters.length > 0 ? [`meter ${meters.join(', ')}`] : []),
      ...(circuit.chargePointId === null ? [] : ['limits itself']),
    ];
    lines.push(`${indent}${circuit.id}: ${facts.join(', ')}`);
    const own = model.connectors.filter(({ circuit: id }) => id === circuit.id);
    for (const each of own.slice(0, MAX_CONNECTORS)) {
      const range = each.smartCharging
        ? `${amps(each.minMA)} to ${amps(each.maxMA)} A`
        : `${amps(each.ratedMA)} A at all times`;
      const kind = each.smartCharging ? `floor ${amps(each.floorMA)} A` : 'takes no limits';
      const phases = wiringOf(each);
      lines.push(
        `${indent}  - ${each.chargePointId}/${each.connectorId}: ${range}, ${phases}, ${kind}${each.dc === null ? '' : ', DC'}`,
      );
    }
    if (own.length > MAX_CONNECTORS) lines.push(`${indent}  - and ${own.length - MAX_CONNECTORS} more connectors`);
    for (const child of model.circuits) if (child.parent === circuit.id) draw(child, depth + 1);
  }
}

function perPhase(limits: readonly number[]): string {
  const words = limits.map(amps);
  return new Set(words).size === 1 ? (words[0] ?? '') : `[${words.join(', ')}]`;
}

/** `RST`, or for one that does not have all phases `on L2 only (STR)`. */
function wiringOf({ wiredPhases, rotation }: ConnectorModel): string {
  if (wiredPhases === 3) return rotation;
  const phases = [...rotation.slice(0, wiredPhases)].map((letter) => `L${'RST'.indexOf(letter) + 1}`);
  return `on ${phases.join(' and ')} only (${rotation})`;
}
