/** `set -o` and `shopt`: names, letters, values at start. */

export interface Options {
  allexport: boolean;
  braceexpand: boolean;
  emacs: boolean;
  errexit: boolean;
  errtrace: boolean;
  functrace: boolean;
  hashall: boolean;
  histexpand: boolean;
  history: boolean;
  ignoreeof: boolean;
  'interactive-comments': boolean;
  keyword: boolean;
  monitor: boolean;
  noclobber: boolean;
  noexec: boolean;
  noglob: boolean;
  nolog: boolean;
  notify: boolean;
  nounset: boolean;
  onecmd: boolean;
  physical: boolean;
  pipefail: boolean;
  posix: boolean;
  privileged: boolean;
  verbose: boolean;
  vi: boolean;
  xtrace: boolean;
}
export type OptionName = keyof Options;

/** Letters of `set -x`; `$-` prints them in this order. */
export const OPTION_LETTERS: readonly (readonly [string, OptionName])[] = [
  ['a', 'allexport'],
  ['b', 'notify'],
  ['e', 'errexit'],
  ['f', 'noglob'],
  ['h', 'hashall'],
  ['k', 'keyword'],
  ['m', 'monitor'],
  ['n', 'noexec'],
  ['p', 'privileged'],
  ['t', 'onecmd'],
  ['u', 'nounset'],
  ['v', 'verbose'],
  ['x', 'xtrace'],
  ['B', 'braceexpand'],
  ['C', 'noclobber'],
  ['E', 'errtrace'],
  ['H', 'histexpand'],
  ['P', 'physical'],
  ['T', 'functrace'],
];

export const newOptions = (): Options => ({
  allexport: false,
  braceexpand: true,
  emacs: false,
  errexit: false,
  errtrace: false,
  functrace: false,
  hashall: true,
  histexpand: false,
  history: false,
  ignoreeof: false,
  'interactive-comments': true,
  keyword: false,
  monitor: false,
  noclobber: false,
  noexec: false,
  noglob: false,
  nolog: false,
  notify: false,
  nounset: false,
  onecmd: false,
  physical: false,
  pipefail: false,
  posix: false,
  privileged: false,
  verbose: false,
  vi: false,
  xtrace: false,
});

export const isOption = (name: string): name is OptionName => Object.hasOwn(newOptions(), name);

const ON = new Set([
  'checkwinsize',
  'cmdhist',
  'complete_fullquote',
  'extquote',
  'force_fignore',
  'globasciiranges',
  'globskipdots',
  'hostcomplete',
  'interactive_comments',
  'patsub_replacement',
  'progcomp',
  'promptvars',
  'sourcepath',
]);

const SHOPTS: readonly string[] = (
  'autocd assoc_expand_once cdable_vars cdspell checkhash checkjobs checkwinsize cmdhist compat31 compat32 compat40 compat41 ' +
  'compat42 compat43 compat44 complete_fullquote direxpand dirspell dotglob execfail expand_aliases extdebug extglob extquote ' +
  'failglob force_fignore globasciiranges globskipdots globstar gnu_errfmt histappend histreedit histverify hostcomplete ' +
  'huponexit inherit_errexit interactive_comments lastpipe lithist localvar_inherit localvar_unset login_shell mailwarn ' +
  'no_empty_cmd_completion nocaseglob nocasematch noexpand_translation nullglob patsub_replacement progcomp progcomp_alias ' +
  'promptvars restricted_shell shift_verbose sourcepath varredir_close xpg_echo'
).split(' ');

export type ShellOptions = Record<string, boolean>;

export const newShopts = (): ShellOptions => Object.fromEntries(SHOPTS.map((n) => [n, ON.has(n)]));

/** Options that nothing here heeds: they stay as they are, and who wants to change one is told so. */
const FIXED_SHOPTS: readonly string[] =
  'assoc_expand_once compat31 compat32 compat40 compat41 compat42 compat43 compat44 extdebug extquote globskipdots gnu_errfmt localvar_unset login_shell restricted_shell varredir_close'.split(
    ' ',
  );
/** The same of those that only a shell at a terminal would heed; elsewhere they can be set, as nothing comes of it. */
const FIXED_AT_TERMINALS: readonly string[] =
  'autocd cdspell checkjobs complete_fullquote direxpand dirspell force_fignore histappend histreedit histverify hostcomplete huponexit interactive_comments lithist mailwarn no_empty_cmd_completion progcomp progcomp_alias'.split(
    ' ',
  );
const FIXED_OPTIONS: readonly string[] = ['braceexpand', 'keyword'];

/** Whether an option can be given this value. */
export function mayChange(name: string, on: boolean, interactive: boolean): boolean {
  if (name === 'vi' && interactive) return !on;
  if (isOption(name)) return !FIXED_OPTIONS.includes(name) || newOptions()[name] === on;
  const fixed = FIXED_SHOPTS.includes(name) || (interactive && FIXED_AT_TERMINALS.includes(name));
  return !fixed || newShopts()[name] === on;
}
