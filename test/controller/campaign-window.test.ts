import { describe, expect, it } from 'vitest';
import { createCampaignWindows, refuseCron } from '../../src/controller/campaign-window.ts';
import { instant } from '../../src/domain/units.ts';

const utc = (text: string) => instant(Date.parse(`${text}Z`));

describe('the hours of a campaign', () => {
  const night = { cron: '0 22 * * *', durationS: 4 * 3_600 };

  it.each([
    ['2026-01-15T20:59:59', false],
    ['2026-01-15T21:00:00', true],
    ['2026-01-15T23:30:00', true],
    ['2026-01-16T00:59:59', true],
    ['2026-01-16T01:00:00', false],
    ['2026-07-15T20:00:00', true],
    ['2026-07-15T19:59:00', false],
  ])('are those of the site: %s UTC in Berlin', (at, open) => {
    const windows = createCampaignWindows('Europe/Berlin');
    expect(windows.isOpen(night, utc(at))).toBe(open);
    windows.stop();
  });

  it('are told right from one look to the next, after a long sleep, and when the clock is set back', () => {
    const windows = createCampaignWindows('UTC');
    const looks: [string, boolean][] = [
      ['2026-01-15T21:59:30', false],
      ['2026-01-15T22:00:01', true],
      ['2026-01-16T01:59:59', true],
      ['2026-01-16T02:00:00', false],
      ['2026-01-19T23:00:00', true],
      ['2026-01-19T12:00:00', false],
      ['2026-01-19T22:30:00', true],
    ];
    for (const [at, open] of looks) expect([at, windows.isOpen(night, utc(at))]).toEqual([at, open]);
    expect(windows.isOpen(null, utc('2026-01-19T12:00:00'))).toBe(true);
    windows.stop();
  });

  it('need a pattern of five fields', () => {
    expect(refuseCron('0 22 * * 1-5')).toBeNull();
    for (const wrong of ['', '0 22 * *', '0 0 22 * * *', '61 22 * * *', 'at ten', '0 22 * * 9']) {
      expect([wrong, refuseCron(wrong)]).toEqual([wrong, expect.stringContaining('window.cron')]);
    }
  });
});
