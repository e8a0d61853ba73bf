/** Words the grammar knows. */
export const RESERVED: ReadonlySet<string> = new Set(
  'if then else elif fi case esac for select while until do done in function time { } ! [[ ]] coproc'.split(' '),
);
export const isReserved = (word: string): boolean => RESERVED.has(word);
