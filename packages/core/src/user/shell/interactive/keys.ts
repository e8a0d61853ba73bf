/** From what a terminal sends to names of keys: `C-a`, `M-b`, `Left`, `é`, and pasted text. */
import { utf8Decode } from '../../../lib/text.ts';

export interface Key {
  /** `C-a`, `M-f`, `Up`, `RET`, `TAB`, `DEL`, `paste`; for text the character itself. */
  readonly name: string;
  /** What it puts into the line: a character, or what was pasted. */
  readonly text: string;
}

/** CSI sequences by their parameters and final byte. */
const CSI: Readonly<Record<string, string>> = {
  A: 'Up',
  B: 'Down',
  C: 'Right',
  D: 'Left',
  H: 'Home',
  F: 'End',
  Z: 'S-TAB',
  '1~': 'Home',
  '7~': 'Home',
  '4~': 'End',
  '8~': 'End',
  '2~': 'Insert',
  '3~': 'Delete',
  '5~': 'PageUp',
  '6~': 'PageDown',
  '1;5C': 'C-Right',
  '1;5D': 'C-Left',
  '5C': 'C-Right',
  '5D': 'C-Left',
  '1;3C': 'C-Right',
  '1;3D': 'C-Left',
  '3;5~': 'C-Delete',
};
const PASTE_END = '\x1b[201~';

const control = (code: number): string => {
  switch (code) {
    case 9:
      return 'TAB';
    case 13:
      return 'RET';
    case 127:
      return 'DEL';
    case 0:
      return 'C-@';
    default:
      return `C-${String.fromCharCode(code + 64).toLowerCase()}`;
  }
};

/** Reads keys out of bytes, one byte after the other. */
export class KeyReader {
  #bytes: number[] = [];
  #pending = '';
  #paste: string | null = null;
  #prefix = '';

  /** Nothing of a key has come yet. */
  get idle(): boolean {
    return this.#bytes.length === 0 && this.#pending === '' && this.#paste === null && this.#prefix === '';
  }

  /** ESC has come, and nothing behind it. */
  get escaped(): boolean {
    return this.#pending === '\x1b';
  }

  /** Forgets a key that has begun. */
  reset(): void {
    this.#bytes = [];
    this.#pending = '';
    this.#paste = null;
    this.#prefix = '';
  }

  /** @returns the key that the byte ends, or null */
  feed(byte: number): Key | null {
    this.#bytes.push(byte);
    const first = this.#bytes[0]!;
    const need = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const goesOn = this.#bytes.length === 1 || (byte & 0xc0) === 0x80;
    if (this.#bytes.length < need && goesOn) return null;
    const c = utf8Decode(Uint8Array.from(this.#bytes));
    this.#bytes = [];
    return this.#paste === null ? this.#char(c) : this.#pasted(c);
  }

  #pasted(c: string): Key | null {
    this.#paste += c;
    if (!this.#paste!.endsWith(PASTE_END)) return null;
    const text = this.#paste!.slice(0, -PASTE_END.length).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
    this.#paste = null;
    return { name: 'paste', text };
  }

  #char(c: string): Key | null {
    if (this.#pending !== '') return this.#sequence(c);
    if (c === '\x1b') {
      this.#pending = c;
      return null;
    }
    return this.#done(this.#plain(c), c);
  }

  #plain(c: string): string {
    const code = c.codePointAt(0)!;
    return code < 32 || code === 127 ? control(code) : c;
  }

  #done(name: string, text: string): Key | null {
    const full = this.#prefix + name;
    this.#prefix = '';
    if (full === 'C-x') {
      this.#prefix = 'C-x ';
      return null;
    }
    return { name: full, text };
  }

  /** What follows ESC. */
  #sequence(c: string): Key | null {
    this.#pending += c;
    const s = this.#pending;
    if (s === '\x1b\x1b') {
      this.#pending = '\x1b';
      return null;
    }
    if (s === '\x1b[' || s === '\x1bO') return null;
    if (s.startsWith('\x1b[')) {
      const code = c.charCodeAt(0);
      if (code >= 0x20 && code < 0x40) return null;
      this.#pending = '';
      const body = s.slice(2);
      if (body === '200~') {
        this.#paste = '';
        return null;
      }
      return this.#done(CSI[body] ?? 'unknown', '');
    }
    this.#pending = '';
    if (s.startsWith('\x1bO')) return this.#done(CSI[c] ?? 'unknown', '');
    return this.#done(`M-${this.#plain(c)}`, '');
  }
}
