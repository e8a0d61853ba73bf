/** The weight of a character between numbers: end and ~ first, then letters, then the rest. */
const weight = (c: string | undefined): number => {
  if (c === undefined || (c >= '0' && c <= '9')) return 0;
  if (c === '~') return -1;
  return /[A-Za-z]/.test(c) ? c.charCodeAt(0) : c.charCodeAt(0) + 256;
};

function part(a: string, b: string): number {
  let i = 0;
  let j = 0;
  const digit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9';
  while (i < a.length || j < b.length) {
    while ((i < a.length && !digit(a[i])) || (j < b.length && !digit(b[j]))) {
      const order = weight(a[i]) - weight(b[j]);
      if (order !== 0) return order;
      i++;
      j++;
    }
    const x = /^\d*/.exec(a.slice(i))![0];
    const y = /^\d*/.exec(b.slice(j))![0];
    const [p, q] = [x.replace(/^0+/, ''), y.replace(/^0+/, '')];
    if (p.length !== q.length) return p.length - q.length;
    if (p !== q) return p < q ? -1 : 1;
    i += x.length;
    j += y.length;
  }
  return 0;
}

/** Orders names with numbers in them by the numbers' values: `v9` before `v10`. @see filevercmp(3) of gnulib */
export function versionCompare(a: string, b: string): number {
  if (a === b) return 0;
  for (const special of ['', '.', '..']) {
    if (a === special) return -1;
    if (b === special) return 1;
  }
  if (a.startsWith('.') !== b.startsWith('.')) return a.startsWith('.') ? -1 : 1;
  const bare = (s: string): string => s.replace(/(\.[A-Za-z~][A-Za-z0-9~]*)*$/, '');
  return part(bare(a), bare(b)) || part(a, b) || (a < b ? -1 : 1);
}
