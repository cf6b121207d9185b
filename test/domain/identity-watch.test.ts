import { describe, expect, it } from 'vitest';
import {
  type Identity,
  type IdentityWatch,
  isSuspicious,
  noteIdentity,
  onlyOne,
  TWIN_WINDOW_MS,
  watchIdentity,
} from '../../src/domain/identity-watch.ts';
import { monotonic } from '../../src/domain/units.ts';

const device = (serialNumber: string | null, more: Partial<Identity> = {}): Identity => ({
  vendor: 'Acme',
  model: 'Wall',
  serialNumber,
  boxSerialNumber: null,
  firmwareVersion: '1.0',
  ...more,
});
const HOUR = 3_600_000;

/** After boots of these, one an hour unless a time is given, hours. */
function booted(boots: readonly (Identity | [Identity, number])[], from: Identity | null = null): IdentityWatch {
  let watch = watchIdentity(from, monotonic(0));
  for (const [at, boot] of boots.entries()) {
    const [identity, hours] = Array.isArray(boot) ? boot : [boot as Identity, at + 1];
    watch = noteIdentity(watch, identity, monotonic(hours * HOUR));
  }
  return watch;
}
const isTwo = (watch: IdentityWatch): boolean => watch.twoAt !== null;
const [a, b, c] = [device('A'), device('B'), device('C')];

describe('two under one id', () => {
  it('are known by one that comes back after the other, also where the first is only known from the record', () => {
    expect(isTwo(booted([a, b, a]))).toBe(true);
    expect(isTwo(booted([b, a], a))).toBe(true);
    expect(booted([a, b, a, b]).twoAt).toBe(4 * HOUR);
  });

  it('are none where one is exchanged for another that stays, however often it boots', () => {
    expect(isTwo(booted([a, a, b, b, b]))).toBe(false);
    expect(isTwo(booted([a, b, c]))).toBe(false);
  });

  it('are none where the first comes back from the shelf a day later', () => {
    expect(
      isTwo(
        booted([
          [a, 1],
          [b, 2],
          [a, 25.9],
        ]),
      ),
    ).toBe(true);
    expect(
      isTwo(
        booted([
          [a, 1],
          [b, 2],
          [a, 26],
        ]),
      ),
    ).toBe(false);
    // It has been there for long before it was exchanged: that is no long absence.
    expect(
      isTwo(
        booted([
          [a, 1],
          [b, 200],
          [a, 201],
        ]),
      ),
    ).toBe(true);
  });

  it('are told apart by serial number, whatever the firmware', () => {
    const updated = device('A', { firmwareVersion: '2.0' });
    expect(isTwo(booted([a, updated, a, updated, a]))).toBe(false);
    expect(isTwo(booted([device(null, { boxSerialNumber: 'A' }), b, a]))).toBe(true);
  });

  it('are not seen in one that names its number at times only', () => {
    expect(isTwo(booted([a, device(null), a, device(null), a]))).toBe(false);
    expect(isTwo(booted([a, device(null), b, device(null), a]))).toBe(true);
  });

  it('without numbers are told apart by their firmware, once it has come back twice: an update that failed comes back once', () => {
    const [old, young] = [device(null), device(null, { firmwareVersion: '2.0' })];
    expect(isTwo(booted([old, young, old]))).toBe(false);
    expect(isTwo(booted([old, young, old, young]))).toBe(true);
    // Another update that fails, days later.
    expect(
      isTwo(
        booted([
          [old, 1],
          [young, 2],
          [old, 3],
          [young, 100],
          [old, 101],
        ]),
      ),
    ).toBe(false);
    expect(isTwo(booted([old, device(null, { model: 'Post' }), old]))).toBe(true);
  });

  it('are remembered within bounds', () => {
    const many = Array.from({ length: 50 }, (_, at) => device(`S${at}`));
    expect(booted(many).seen).toHaveLength(4);
    expect(isTwo(booted(many))).toBe(false);
  });

  it('are suspected for a day after an exchange, and no longer when a person has spoken', () => {
    const watch = booted([a, b]);
    expect(isSuspicious(watch, monotonic(2 * HOUR + TWIN_WINDOW_MS - 1))).toBe(true);
    expect(isSuspicious(watch, monotonic(2 * HOUR + TWIN_WINDOW_MS))).toBe(false);
    expect(isSuspicious(onlyOne(watch), monotonic(3 * HOUR))).toBe(false);
    expect(isSuspicious(booted([a, a]), monotonic(3 * HOUR))).toBe(false);
  });

  it('begin anew after a person has spoken', () => {
    const one = onlyOne(booted([a, b, a]));
    expect(isTwo(one)).toBe(false);
    const next = noteIdentity(one, b, monotonic(4 * HOUR));
    expect(isTwo(next)).toBe(false);
    expect(isTwo(noteIdentity(next, a, monotonic(5 * HOUR)))).toBe(true);
  });
});
