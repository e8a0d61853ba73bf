/** Where the pieces of an expanded word go: what becomes of them depends on the place the word stands in. */
import type { Shell } from '../shell.ts';
import { ShellError } from '../errors.ts';
import { glob } from './glob.ts';
import { hasGlob, quotePattern } from './pattern.ts';

export interface Sink {
  /** Unquoted text of the script. */
  lit(s: string): void;
  /** Quoted text. */
  quo(s: string): void;
  /** The result of an unquoted expansion. */
  split(s: string): void;
  /** `$*` (star), `$@` and arrays. */
  list(items: readonly string[], star: boolean, quoted: boolean): void;
  /** Something quoted stands here, be it empty. */
  mark(): void;
}

/** Arguments of a command: split into fields, file names looked up. */
export class FieldSink implements Sink {
  readonly #sh: Shell;
  readonly fields: string[];
  readonly #noglob: boolean;
  #text = '';
  #pattern = '';
  #has = false;
  #glob = false;

  constructor(sh: Shell, fields: string[], noglob: boolean = sh.options.noglob) {
    this.#sh = sh;
    this.fields = fields;
    this.#noglob = noglob;
  }
  lit(s: string): void {
    this.#text += s;
    this.#pattern += s;
    this.#has = true;
    if (!this.#glob && hasGlob(s, this.#sh.shopts['extglob'] === true)) this.#glob = true;
  }
  quo(s: string): void {
    this.#text += s;
    this.#pattern += quotePattern(s);
    this.#has = true;
  }
  mark(): void {
    this.#has = true;
  }
  split(s: string): void {
    const ifs = this.#sh.ifs;
    for (let i = 0; i < s.length;) {
      let k = i;
      while (k < s.length && !ifs.includes(s[k]!)) k++;
      if (k > i) this.#live(s.slice(i, k));
      if (k >= s.length) return;
      i = k;
      const space = (c: string | undefined): boolean =>
        c !== undefined && (c === ' ' || c === '\t' || c === '\n') && ifs.includes(c);
      let ended = false;
      if (space(s[i])) {
        while (space(s[i])) i++;
        if (this.#has) {
          this.end();
          ended = true;
        }
      }
      if (i < s.length && ifs.includes(s[i]!) && !space(s[i])) {
        if (!ended) {
          this.#has = true;
          this.end();
        }
        i++;
        while (space(s[i])) i++;
      }
    }
  }
  #live(s: string): void {
    this.#text += s;
    this.#pattern += s.includes('\\') ? s.replaceAll('\\', '\\\\') : s;
    this.#has = true;
    if (!this.#glob && hasGlob(s, this.#sh.shopts['extglob'] === true)) this.#glob = true;
  }
  list(items: readonly string[], star: boolean, quoted: boolean): void {
    if (star && quoted) {
      this.quo(items.join(this.#sh.ifs.slice(0, 1)));
      return;
    }
    items.forEach((item, i) => {
      if (i > 0) this.end(quoted);
      if (quoted) this.quo(item);
      else this.split(item);
    });
  }
  /** Ends the field that is being gathered, if there is one. */
  end(force = false): void {
    if (!this.#has && !force) return;
    if (this.#glob && !this.#noglob) this.#expand();
    else this.fields.push(this.#text);
    this.#text = '';
    this.#pattern = '';
    this.#has = false;
    this.#glob = false;
  }
  #expand(): void {
    const o = this.#sh.shopts;
    const found = glob(this.#sh.fs, this.#pattern, {
      ext: o['extglob'] === true,
      dot: o['dotglob'] === true,
      star: o['globstar'] === true,
      fold: o['nocaseglob'] === true,
    });
    const ignore = this.#sh.vars.get('GLOBIGNORE') ?? '';
    const kept = ignore === '' ? found : found.filter((f) => !ignore.split(':').includes(f));
    if (kept.length > 0) for (const name of kept) this.fields.push(name);
    else if (o['failglob'] === true) throw new ShellError(`no match: ${this.#text}`, 'line');
    else if (o['nullglob'] !== true) this.fields.push(this.#text);
  }
}

/** One string: assignments, here-documents, arithmetic. */
export class StringSink implements Sink {
  readonly #sh: Shell;
  text = '';
  constructor(sh: Shell) {
    this.#sh = sh;
  }
  lit(s: string): void {
    this.text += s;
  }
  quo(s: string): void {
    this.text += s;
  }
  split(s: string): void {
    this.text += s;
  }
  mark(): void {}
  list(items: readonly string[], star: boolean): void {
    this.text += items.join(star ? this.#sh.ifs.slice(0, 1) : ' ');
  }
}

/** A pattern: what is quoted gets a backslash. */
export class PatternSink implements Sink {
  readonly #sh: Shell;
  readonly #quote: (s: string) => string;
  text = '';
  constructor(sh: Shell, quote: (s: string) => string = quotePattern) {
    this.#sh = sh;
    this.#quote = quote;
  }
  lit(s: string): void {
    this.text += s;
  }
  quo(s: string): void {
    this.text += this.#quote(s);
  }
  split(s: string): void {
    this.text += s;
  }
  mark(): void {}
  list(items: readonly string[], star: boolean, quoted: boolean): void {
    const s = items.join(star ? this.#sh.ifs.slice(0, 1) : ' ');
    if (quoted) this.quo(s);
    else this.text += s;
  }
}
