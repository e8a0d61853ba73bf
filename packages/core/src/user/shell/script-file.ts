/** Scripts as they lie in files. */
import { utf8Decode } from '../../lib/text.ts';

/** As bash sees it: a null byte in the first line, of which 80 bytes are looked at. @see check_binary_file */
export function isBinary(data: Uint8Array): boolean {
  const head = data.subarray(0, 80);
  const end = head.indexOf(10);
  return head.subarray(0, end < 0 ? head.length : end).includes(0);
}

/** A script's text; null bytes in it are passed over, as the parser's reader does. */
export function scriptText(data: Uint8Array): string {
  const text = utf8Decode(data);
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}

/** The interpreter that a `#!` line names, or null. @see getinterp */
export function interpreterOf(data: Uint8Array): string | null {
  return /^#![ \t]*([^ \t\n]+)/.exec(utf8Decode(data, 0, Math.min(data.length, 80)))?.[1] ?? null;
}
