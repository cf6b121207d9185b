import { describe, expect, it } from 'vitest';
import { createDesk } from '../../support/desk.ts';

const dataTransfers = new Map([
  ['com.example', new Set(['price'])],
  ['com.open', null],
]);

describe('DataTransfer', () => {
  it('of a vendor that the site does not take is UnknownVendorId, and leaves nothing', () => {
    const desk = createDesk({ dataTransfers });
    expect(desk.receive('DataTransfer', { vendorId: 'com.other', data: 'x' }).response).toEqual({
      status: 'UnknownVendorId',
    });
    expect(desk.rows('SELECT * FROM data_transfers')).toEqual([]);
  });

  it.each([{}, { messageId: 'other' }])('with a message id that it does not take (%j) is UnknownMessageId', (over) => {
    const desk = createDesk({ dataTransfers });
    expect(desk.receive('DataTransfer', { vendorId: 'com.example', ...over }).response).toEqual({
      status: 'UnknownMessageId',
    });
    expect(desk.rows('SELECT * FROM data_transfers')).toEqual([]);
  });

  it('that the site takes is kept', () => {
    const desk = createDesk({ dataTransfers });
    expect(desk.receive('DataTransfer', { vendorId: 'com.example', messageId: 'price', data: '9' }).response).toEqual({
      status: 'Accepted',
    });
    desk.receive('DataTransfer', { vendorId: 'com.open' });
    expect(desk.rows('SELECT vendor_id, message_id, data, cut FROM data_transfers ORDER BY id')).toEqual([
      { vendor_id: 'com.example', message_id: 'price', data: '9', cut: 0 },
      { vendor_id: 'com.open', message_id: null, data: null, cut: 0 },
    ]);
  });

  it('keeps a bounded part of long data, and says so', () => {
    const desk = createDesk({ dataTransfers });
    desk.receive('DataTransfer', { vendorId: 'com.open', data: 'd'.repeat(20_000) });
    expect(desk.rows('SELECT length(data) AS length, cut FROM data_transfers')).toEqual([{ length: 16_384, cut: 1 }]);
  });
});
