import { type Maybe, chain } from '../maybe.ts';
import { unescape } from '../words/quote.ts';
import { type Builtin, texts } from './types.ts';

export const ECHO: Builtin = {
  name: 'echo',
  usage: 'echo [-neE] [arg ...]',
  run(sh, args): Maybe<number> {
    const words = texts(args);
    let newline = true;
    let escapes = sh.shopts['xpg_echo'] === true;
    let i = 0;
    for (; i < words.length && /^-[neE]+$/.test(words[i]!); i++) {
      for (const c of words[i]!.slice(1)) {
        if (c === 'n') newline = false;
        else escapes = c === 'e';
      }
    }
    let text = i === 0 ? words.join(' ') : words.slice(i).join(' ');
    if (escapes) {
      const u = unescape(text, 'echo');
      text = u.text;
      if (u.stop) newline = false;
    }
    return chain(sh.write(1, newline ? `${text}\n` : text), () => 0);
  },
};
