import { describe, expect, it } from 'vitest';
import { foreignStateFrom } from '../../src/balancer/foreign-load.ts';
import { milliAmps, monotonic } from '../../src/domain/units.ts';
import { car, circuit, meter, on, says, simple, site, watched } from './looks.ts';

describe('cars that are leaving', () => {
  const leaving = car({ counted: 'leaving', toldMA: milliAmps(0) });

  it('may still be part of what a meter says for a minute, and not of the building', () => {
    const look = simple();
    look(0, { main: says(on(40)) }, [car()]);
    expect(look(500, { main: says(on(40)) }, [leaving])('grid').nowMA).toEqual(on(24));
    expect(look(2_000, { main: says(on(24)) }, [leaving])('grid').nowMA).toEqual(on(24));
    expect(look(60_500, { main: says(on(40)) }, [leaving])('grid').nowMA).toEqual(on(24));
    expect(look(60_501, { main: says(on(40)) }, [leaving])('grid').nowMA).toEqual(on(40));
  });

  it('hide no more of the building than their book counts', () => {
    const look = simple();
    look(0, { main: says(on(40)) }, [car()]);
    expect(look(500, { main: says(on(50)) }, [leaving])('grid').nowMA).toEqual(on(34));
  });

  it('begin anew when they are planned again and not in sight yet', () => {
    const look = simple();
    look(0, { main: says(on(40)) }, [car()]);
    look(1_000, { main: says(on(40)) }, [leaving]);
    const back = car({ changedAt: monotonic(50_000) });
    look(50_000, { main: says(on(40)) }, [back]);
    expect(look(84_000, { main: says(on(40)) }, [back])('grid').nowMA).toEqual(on(24));
  });
});

describe('after a start', () => {
  const first = (mostA: number) => {
    const model = site([circuit('grid', null)], [meter('main', 'grid')]);
    const look = watched(model, foreignStateFrom(new Map([['grid', on(mostA)]])));
    return look(0, { main: says(on(40)) }, [car({ sampledAt: null })])('grid').nowMA;
  };

  it('cars that nobody has seen yet are no more of the building than it is known to draw at most', () => {
    expect(first(30)).toEqual(on(30));
  });

  it('nor less than what a meter says beyond all that they may draw, nor more than it says', () => {
    expect(first(10)).toEqual(on(24));
    expect(first(60)).toEqual(on(40));
  });
});
