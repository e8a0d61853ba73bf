/** Keys by the names that tests give them. */
const KEYS: Readonly<Record<string, string>> = {
  Enter: '\r',
  Tab: '\t',
  BackSpace: '\x7f',
  Delete: '\x1b[3~',
  Up: '\x1b[A',
  Down: '\x1b[B',
  Right: '\x1b[C',
  Left: '\x1b[D',
  Home: '\x1b[H',
  End: '\x1b[F',
  Escape: '\x1b',
};

/** The bytes of text with keys in it: `echo<Enter>`, `<C-a>`, `<M-f>`. */
export function keys(text: string): string {
  return text.replace(/<(C-|M-)?(\w+|[^\s])>/g, (all, modifier: string | undefined, name: string) => {
    if (modifier === 'M-') return `\x1b${KEYS[name] ?? name}`;
    if (modifier === 'C-') return name === '@' ? '\0' : String.fromCharCode(name.toUpperCase().charCodeAt(0) & 31);
    return KEYS[name] ?? all;
  });
}
