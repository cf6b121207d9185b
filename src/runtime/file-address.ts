import { FILE_TOKEN_LENGTH } from './file-tokens.ts';

/** Characters of a file name that are kept: fits every file system, and a line of a table. */
const MAX_NAME_LENGTH = 80;

const ADDRESS = new RegExp(
  `^(?:https?://[^/?#]*)?/+files/(?<token>[A-Za-z0-9_-]{${FILE_TOKEN_LENGTH}})(?<rest>[^?#]*)`,
  'i',
);

/** Whether a request is for a file at all, rightly or not. */
export function isFileAddress(url: string): boolean {
  return /^(?:https?:\/\/[^/?#]*)?\/+files(?:[/?#]|$)/i.test(url);
}

/**
 * The token of `/files/{token}`, and the name behind it. The location in GetDiagnostics is a folder (OCPP 1.6 §6.25):
 * charge points append the name of their file, some without a slash between. Null where there is no token.
 */
export function readFileAddress(url: string): { token: string; name: string | null } | null {
  const { token, rest } = ADDRESS.exec(url)?.groups ?? {};
  return token === undefined ? null : { token, name: safeFileName(percentDecoded(rest ?? '')) };
}

/**
 * What a client calls a file, as one name that is safe to show and to save: no path, no hidden file, nothing that
 * controls a terminal or turns the writing around. Null where nothing is left of it.
 */
export function safeFileName(text: string | null): string | null {
  const last = (text ?? '').split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[^\p{L}\p{M}\p{N} ._()+-]/gu, '_')
    .replace(/^[. ]+/, '');
  // Cut in whole characters; the end can then be a dot or a blank again.
  const cut = [...clean]
    .slice(0, MAX_NAME_LENGTH)
    .join('')
    .replace(/[. ]+$/, '');
  return cut === '' ? null : cut;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
