import { expect, it } from 'vitest';
import { foreignLoads } from '../../src/study/building-load.ts';
import { type BuildingHours, buildingLoadOf, parseBuildingHours } from '../../src/study/input/building-hours.ts';
import { siteModel } from '../support/site-model.ts';

function hours(text: string): BuildingHours {
  const read = parseBuildingHours(text);
  if ('fault' in read) throw new Error(read.fault);
  return read;
}

it('draws what is written by the clock of the site, and the same in each week', () => {
  const written = hours('main=mon-fri 06:00-22:00=40,else=10');
  const load = buildingLoadOf(written, 'Europe/Berlin', Date.parse('2026-01-14T10:20:00Z'));
  const [found] = foreignLoads(siteModel(), [load]);
  const at = (time: string) => found?.amps(Date.parse(time));
  expect(found?.circuit).toBe('main');
  // A Wednesday; Berlin is an hour ahead of UTC.
  expect(at('2026-01-14T04:59:00Z')).toEqual([10, 10, 10]);
  expect(at('2026-01-14T05:00:00Z')).toEqual([40, 40, 40]);
  expect(at('2026-01-14T21:01:00Z')).toEqual([10, 10, 10]);
  expect(at('2026-01-17T12:00:00Z')).toEqual([10, 10, 10]);
  expect(at('2026-02-02T12:00:00Z')).toEqual([40, 40, 40]);
});

it('wants a circuit, hours of the whole day, and no less than nothing', () => {
  expect(hours('grid=0-6=10,6-24=40').circuit).toBe('grid');
  for (const text of ['grid', 'grid=', '=0-24=3', 'grid=0-6=10', 'grid=0-24=-1', 'grid=0-24=many']) {
    expect(parseBuildingHours(text)).toHaveProperty('fault', expect.stringContaining('such as grid=0-6=10'));
  }
});
