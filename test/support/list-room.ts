import type { Token } from '../../src/domain/token.ts';
import { createControlRoom } from './control-room.ts';
import { token } from './things.ts';

/** A control room that keeps local lists, with these tokens. */
export function startListRoom(tokens: readonly Partial<Token>[] = []) {
  const room = createControlRoom({ policy: { localLists: 'on' } });
  const put = (...more: readonly Partial<Token>[]) => {
    for (const one of more) room.execute({ type: 'put-token', token: token(one) });
  };
  put(...tokens);
  return {
    ...room,
    put,
    remove: (idTag: string) => room.execute({ type: 'remove-token', idTag }),
    list: (id = 'CP1') => room.reader.localList(id),
    held: (id = 'CP1') => room.reader.localListEntries(id).map(({ idTag, status }) => `${idTag} ${status}`),
    alerts: () => room.values('SELECT text FROM alerts WHERE cleared_ms IS NULL').map(String),
  };
}

/** As many tokens, CARD0000 and so on. */
export const cards = (count: number): Partial<Token>[] =>
  Array.from({ length: count }, (_, index) => ({ idTag: `CARD${String(index).padStart(4, '0')}` }));
