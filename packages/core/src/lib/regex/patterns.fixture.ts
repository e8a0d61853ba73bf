/** Patterns and texts the recorded answers are about. */

export const TEXTS: readonly string[] = ['', 'a', 'ab', 'aab', 'abcabc', 'foo 12.34 bar_9', 'xaay aé', 'aaaaaa'];

/** Extended ones: what scripts use, and what tells engines apart. */
export const extendedPatterns = (): readonly string[] => [
  'a|ab', 'ab|a', '(a|ab)(c|bcd)?', '(a|ab)(c|bcabc)', '(a*)(ab)*(b*)', '(a*)*', '(a*)+', '(a|b)*', '((a)|b)*', '((a)|(b))*',
  '(a?)(a?)(a?)', '(a?)*b', '(ab?)*', '(ab|a)(bc|c)?', '(ab|a)*', '(a|ab|abc)*', '((a|ab)(c|bc))*', '(a+|b+)*', '(a+|b+)+', '(a|b|)+',
  '(|a)+', '(|a)*b', '()', '()*', '(a)?b', '(a)?(b)?', '(x)?(y)?', '^', '$', '^$', '^a', 'a$', '^a*$', '(^a|b)', '(a|b$)', '(^|x)a', 'a(b|$)',
  '[a-c]+', '[^a-c]+', '[[:alpha:]]+', '[[:digit:]]+', '[[:alnum:]_]+', '[[:space:]]', '[[:upper:][:digit:]]+', '[]a]', '[^]a]', '[a-]', '[.]',
  '[[.a.]-c]+', '[[=a=]b]+', '[[:punct:]]', '([0-9]+)\\.([0-9]+)', '([a-z]+) ([0-9.]+) (.*)', '\\w+', '\\W', '\\ba', 'a\\b', '\\<a', 'a\\>', '\\Ba',
  '\\s\\w+', '\\S+', 'a{2}', 'a{2,}', 'a{,2}', 'a{1,3}', '(a{1,2}){2}', '(ab){2}', '(a|ab){2}', 'a{0}b', '(a){0}b', '(a|b){2,3}c?', '((a){1,2}b?){2}',
  'a**', 'a+*', 'a?+', '(a*)?', '((a*)?)+', '((a?)*)?', '(aa|a){0,2}', '(a|aa){0,2}', '(a|aa){1,3}', '.', '..', '.*', '.*b', '(.*)b(.*)', '(.*)(a*)',
  '(.?)(.?)(.?)', 'é', '[é]', '.é', '(a|é)+', '[^a]$', '(a)\\1', '(a*)b\\1', '(.)(.)\\2\\1', '(a|b)\\1*', '\\(', '\\.', 'a\\.b', '12\\.34', ')', 'a)',
  '(foo|foobar)+', 'foo|bar|ba', '(f(o(o)))', '((((a))))', '(a)(b)(c)(a)(b)(c)', '(a|(b|(c)))+', '(a(b(c)?)?)+', '(a*b*)*c', '(a*|b)*c', '([ab]*c?)*',
  '*a', '+', '?', 'a|*b', '(*a)', '{1}', 'a{', 'a{1', 'a{1,2', 'a{2,1}', 'a{99999}', '(', '[', '[a', '[[:foo:]]', '[b-a]', '\\', '[[.ab.]]',
  'a\\{1\\}', 'a||b', '|a', 'a|', '(a|)', '(|)', '\\`a', "b\\'", '(a)|b', '(a)|(b)', '(x)|(a)', '(a|x)(x|b)|(ab)',
];

/** What the programs' dialects do not agree about. */
export const oddPatterns = (): readonly string[] => [
  '*b', '\\(*b\\)', '(*b)', '(+b)', '{1}a', 'a|*b', '(|b)', '()b', 'a**', 'a\\{1\\}*', 'a{,2}', 'a{1', 'a{1,2', 'a{1a}', 'a{2,1}', 'a\\{2,1\\}', '^*b', 'a|',
  '|a', '(', ')', 'a)', '\\(', '\\)', 'a{1}{2}', '[b-a]', '[[:foo:]]', '\\(a\\)\\2', 'a{99999}', 'a\\{99999\\}', '[[.ab.]]', 'a\\{1', '?a', '^+', '$?', '\\.', '[]a]',
  '[^]a]', '[a-]', '[--/]', '[a-z-9]', 'x{0}', '\\(a', 'a^b', 'a$b', '(^a)', '\\(^a\\)', '(a$)', '\\(x\\)$', 'a||b', 'a\\|b', '\\(a\\|b\\)*', 'ab\\+', 'ab\\?', 'ab+', 'ab?',
  '\\(a*\\)*', '[\\n]', 'foo', 'FOO', '[f-o]*_', '\\<\\w*\\>', '\\bF', '\\w\\W', '[[:upper:]]', '[[:lower:]]*', 'o*', 'b*', '\\(a\\)\\1', '(a)\\1', '\\s', '\\S*',
  '.$', '^.', '\\{', '\\}', 'a\\{1\\}', 'a\\{,1\\}', 'a\\{1,\\}b', '[0-9]$', '[^[:alnum:]]', '[[=a=]]', '[[.-.]]', '[a\\]', 'n\\|d', 'n|d',
];

/** Small pseudo-random patterns without anchors and back references: always the same. */
export function randomPatterns(count: number): readonly string[] {
  let state = 12345;
  const next = (n: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor(((state >>> 8) / 2 ** 24) * n);
  };
  const pick = (list: readonly string[]): string => list[next(list.length)]!;
  const alternatives = (depth: number): string =>
    Array.from({ length: 1 + (next(3) === 0 ? 1 + next(2) : 0) }, () => branch(depth)).join('|');
  const branch = (depth: number): string => Array.from({ length: next(4) }, () => piece(depth)).join('');
  const piece = (depth: number): string => {
    const group = depth > 0 && next(5) < 2;
    const atom = group ? `(${alternatives(depth - 1)})` : pick(['a', 'b', 'c', 'a', '.', '[ab]', '[^a]', '[b-c]']);
    return atom + (next(2) === 0 ? '' : pick(['*', '+', '?', '*', '{2}', '{1,2}', '{0,2}', '{,3}', '{1,}']));
  };
  const out: string[] = [];
  while (out.length < count) {
    const p = alternatives(2);
    if (p !== '' && p.length < 40 && (p.match(/\{/g) ?? []).length < 4) out.push(p);
  }
  return out;
}
