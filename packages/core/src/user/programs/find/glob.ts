const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/** A shell pattern as a regular expression over the whole text; `*` matches slashes and dots, too. @see fnmatch(3) */
export function globToRegExp(glob: string, ignoreCase = false): RegExp {
  const chars = [...glob];
  let out = '';
  for (let i = 0; i < chars.length; i++) {
    const c = chars[i]!;
    if (c === '*') out += '[^]*';
    else if (c === '?') out += '[^]';
    else if (c === '\\' && i + 1 < chars.length) out += escape(chars[++i]!);
    else if (c === '[') {
      let j = i + 1;
      let set = '';
      const negated = chars[j] === '!' || chars[j] === '^';
      if (negated) j++;
      for (let first = true; j < chars.length && (first || chars[j] !== ']'); first = false, j++) {
        const named = /^\[:([a-z]+):\]/.exec(chars.slice(j, j + 12).join(''));
        if (named !== null) {
          set += CLASSES[named[1]!] ?? '';
          j += named[0].length - 1;
        } else if (chars[j] === '\\' && j + 1 < chars.length) set += `\\u{${chars[++j]!.codePointAt(0)!.toString(16)}}`;
        else
          set +=
            chars[j] === '-' && !first && chars[j + 1] !== ']' ? '-' : `\\u{${chars[j]!.codePointAt(0)!.toString(16)}}`;
      }
      if (j >= chars.length) out += '\\[';
      else {
        out += `[${negated ? '^' : ''}${set}]`;
        i = j;
      }
    } else out += escape(c);
  }
  return new RegExp(`^${out}$`, ignoreCase ? 'iu' : 'u');
}

const escape = (c: string): string => (/[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : c);
