/** `set` and `shopt`. */
import { OPTION_LETTERS, type OptionName, isOption, mayChange } from '../options.ts';
import type { Shell } from '../shell.ts';
import { plainLine } from './declare.ts';
import { type Builtin, options, refused, texts, usage } from './types.ts';

const listOptions = (sh: Shell, names: readonly string[], style: 'table' | 'commands'): string =>
  names
    .map((n) => {
      const on = sh.options[n as OptionName];
      return style === 'table' ? `${n.padEnd(15)}\t${on ? 'on' : 'off'}\n` : `set ${on ? '-' : '+'}o ${n}\n`;
    })
    .join('');

/** Turns one option on or off, with what hangs on it. */
export function setOption(sh: Shell, name: OptionName, on: boolean): void {
  sh.options[name] = on;
  if (name === 'posix') sh.posix = on;
  if (name === 'emacs' && on) sh.options.vi = false;
  if (name === 'vi' && on) sh.options.emacs = false;
}

/** Refuses what this shell does not have. @returns the status */
async function unsupported(sh: Shell, name: string, option: string, status: number): Promise<number> {
  await sh.error(`${name}: warren: ${option} is not supported`);
  return status;
}

const set: Builtin = {
  name: 'set',
  special: true,
  usage: 'set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]',
  async run(sh, args, name) {
    const words = texts(args);
    if (words.length === 0) {
      let out = '';
      for (const n of sh.vars.names()) {
        const v = sh.vars.raw(n)!;
        if (v.isSet || v.isArray) out += plainLine(n, v);
      }
      await sh.write(1, out);
      return 0;
    }
    for (let i = 0; i < words.length; i++) {
      const w = words[i]!;
      if (w === '--') {
        sh.params = words.slice(i + 1);
        return 0;
      }
      if (w === '-') {
        sh.options.xtrace = false;
        sh.options.verbose = false;
        if (i + 1 < words.length) sh.params = words.slice(i + 1);
        return 0;
      }
      if ((w[0] !== '-' && w[0] !== '+') || w.length < 2) {
        sh.params = words.slice(i);
        return 0;
      }
      const on = w[0] === '-';
      for (const c of w.slice(1)) {
        if (c === 'o') {
          const option = words[i + 1];
          if (option === undefined || /^[-+]/.test(option)) {
            await sh.write(1, listOptions(sh, Object.keys(sh.options), on ? 'table' : 'commands'));
            continue;
          }
          i++;
          if (!isOption(option)) {
            await sh.error(`set: ${option}: invalid option name`);
            return 2;
          }
          if (!mayChange(option, on, sh.interactive)) return unsupported(sh, name, `${w[0]}o ${option}`, 2);
          setOption(sh, option, on);
          continue;
        }
        const found = OPTION_LETTERS.find(([letter]) => letter === c);
        if (found === undefined) return usage(sh, name, `${w[0]}${c}: invalid option`);
        if (!mayChange(found[1], on, sh.interactive)) return unsupported(sh, name, `${w[0]}${c}`, 2);
        setOption(sh, found[1], on);
      }
    }
    return 0;
  },
};

const shopt: Builtin = {
  name: 'shopt',
  usage: 'shopt [-pqsu] [-o] [optname ...]',
  async run(sh, args, name) {
    const p = options(args, 'psuqo');
    const bad = refused(sh, name, p);
    if (bad !== null) return bad;
    const f = new Set(p.flags.map((x) => x.letter));
    const names = texts(p.rest);
    if (f.has('s') && f.has('u')) {
      await sh.error('shopt: cannot set and unset shell options simultaneously');
      return 1;
    }
    const long = f.has('o');
    const get = (n: string): boolean | undefined => (long ? (isOption(n) ? sh.options[n] : undefined) : sh.shopts[n]);
    const invalid = async (n: string): Promise<void> => {
      await sh.error(`shopt: ${n}: invalid ${long ? '' : 'shell '}option name`);
    };
    const show = (n: string, on: boolean): string =>
      f.has('p')
        ? long
          ? `set ${on ? '-' : '+'}o ${n}\n`
          : `shopt ${on ? '-s' : '-u'} ${n}\n`
        : `${n.padEnd(15)}\t${on ? 'on' : 'off'}\n`;
    if ((f.has('s') || f.has('u')) && names.length > 0) {
      let status = 0;
      for (const n of names) {
        if (get(n) === undefined) {
          await invalid(n);
          status = 1;
        } else if (!mayChange(n, f.has('s'), sh.interactive))
          status = await unsupported(sh, name, `-${f.has('s') ? 's' : 'u'} ${n}`, 1);
        else if (long) setOption(sh, n as OptionName, f.has('s'));
        else sh.shopts[n] = f.has('s');
      }
      return status;
    }
    let status = 0;
    let out = '';
    for (const n of names.length > 0 ? names : Object.keys(long ? sh.options : sh.shopts)) {
      const on = get(n);
      if (on === undefined) {
        await invalid(n);
        status = 1;
        continue;
      }
      if (names.length === 0 && ((f.has('s') && !on) || (f.has('u') && on))) continue;
      if (names.length > 0 && !on) status = 1;
      if (!f.has('q')) out += show(n, on);
    }
    await sh.write(1, out);
    return status;
  },
};

export const SET: readonly Builtin[] = [set, shopt];
