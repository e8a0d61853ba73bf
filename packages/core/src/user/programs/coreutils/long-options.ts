/**
 * The long options that the real programs have (coreutils 9.1, grep 3.8, sed 4.9, diffutils 3.8, findutils 4.9), by program: `name`, `name=` with an argument,
 * `name=?` with one that may be left out. One that ours does not have is refused by its name, and no abbreviation means another one instead.
 */
const NAMES: Readonly<Record<string, string>> = {
  b2sum: 'binary check ignore-missing length= quiet status strict tag text warn zero',
  base32: 'decode ignore-garbage wrap=',
  base64: 'decode ignore-garbage wrap=',
  basename: 'multiple suffix= zero',
  cat: 'number number-nonblank show-all show-ends show-nonprinting show-tabs squeeze-blank',
  chgrp:
    'changes dereference no-dereference no-preserve-root preserve-root quiet recursive reference= silent ' + 'verbose',
  chmod: 'changes no-preserve-root preserve-root quiet recursive reference= silent verbose',
  chown:
    'changes dereference from= no-dereference no-preserve-root preserve-root quiet recursive reference= ' +
    'silent verbose',
  cksum: 'algorithm= check debug ignore-missing length= quiet status strict tag untagged warn zero',
  comm: 'check-order nocheck-order output-delimiter= total zero-terminated',
  cp:
    'archive attributes-only backup=? context=? copy-contents dereference force interactive link ' +
    'no-clobber no-dereference no-preserve= no-target-directory one-file-system parents preserve=? ' +
    'recursive reflink=? remove-destination sparse= strip-trailing-slashes suffix= symbolic-link ' +
    'target-directory= update verbose',
  csplit: 'digits= elide-empty-files keep-files prefix= quiet silent suffix-format= suppress-matched',
  cut: 'bytes= characters= complement delimiter= fields= only-delimited output-delimiter= zero-terminated',
  date: 'date= debug file= iso-8601=? reference= resolution rfc-3339= rfc-email set= universal utc',
  df:
    'all block-size= exclude-type= human-readable inodes local no-sync output=? portability print-type si ' +
    'sync total type=',
  diff:
    'brief color=? context=? ed exclude= exclude-from= expand-tabs from-file= horizon-lines= ifdef= ' +
    'ignore-all-space ignore-blank-lines ignore-case ignore-file-name-case ignore-matching-lines= ' +
    'ignore-space-change ignore-tab-expansion ignore-trailing-space initial-tab label left-column ' +
    'line-format= minimal new-file no-dereference no-ignore-file-name-case normal paginate palette= rcs ' +
    'recursive report-identical-files show-c-function show-function-line= side-by-side speed-large-files ' +
    'starting-file= strip-trailing-cr suppress-blank-empty suppress-common-lines tabsize= text to-file= ' +
    'unidirectional-new-file unified=? width=',
  dircolors: 'bourne-shell c-shell csh print-database print-ls-colors sh',
  dirname: 'zero',
  du:
    'all apparent-size block-size= bytes count-links dereference dereference-args exclude= exclude-from= ' +
    'files0-from= human-readable inodes max-depth= no-dereference null one-file-system separate-dirs si ' +
    'summarize threshold= time= time-style= total',
  env:
    'block-signal=? chdir= debug default-signal=? ignore-environment ignore-signal=? list-signal-handling ' +
    'null split-string= unset=',
  expand: 'initial tabs=',
  fmt: 'crown-margin goal= prefix= split-only tagged-paragraph uniform-spacing width=',
  fold: 'bytes spaces width=',
  grep:
    'after-context= basic-regexp before-context= binary binary-files= byte-offset color=? colour=? ' +
    'context= count dereference-recursive devices= directories= exclude= exclude-dir= exclude-from= ' +
    'extended-regexp file= files-with-matches files-without-match fixed-strings group-separator= ' +
    'ignore-case include= initial-tab invert-match label= line-buffered line-number line-regexp max-count= ' +
    'no-filename no-group-separator no-ignore-case no-messages null null-data only-matching perl-regexp ' +
    'quiet recursive regexp= silent text with-filename word-regexp',
  head: 'bytes= lines= quiet silent verbose zero-terminated',
  id: 'context group groups name real user zero',
  install:
    'backup=? compare context=? directory group= mode= no-target-directory owner= preserve-context ' +
    'preserve-timestamps strip strip-program= suffix= target-directory= verbose',
  join: 'check-order header ignore-case nocheck-order zero-terminated',
  kill: 'list= queue signal table',
  ln:
    'backup=? directory force interactive logical no-dereference no-target-directory physical relative ' +
    'suffix= symbolic target-directory= verbose',
  ls:
    'all almost-all author block-size= classify=? color=? context dereference dereference-command-line ' +
    'dereference-command-line-symlink-to-dir directory dired escape file-type format= full-time ' +
    'group-directories-first hide= hide-control-chars human-readable hyperlink=? ignore= ignore-backups ' +
    'indicator-style= inode kibibytes literal no-group numeric-uid-gid quote-name quoting-style= recursive ' +
    'reverse show-control-chars si size sort= tabsize= time= time-style= width= zero',
  md5sum: 'binary check ignore-missing quiet status strict tag text warn zero',
  mkdir: 'context=? mode= parents verbose',
  mkfifo: 'context=? mode=',
  mknod: 'context=? mode=',
  mktemp: 'directory dry-run quiet suffix= tmpdir=?',
  mv:
    'backup=? context force interactive no-clobber no-target-directory strip-trailing-slashes suffix= ' +
    'target-directory= update verbose',
  nice: 'adjustment=',
  nl:
    'body-numbering= footer-numbering= header-numbering= join-blank-lines= line-increment= no-renumber ' +
    'number-format= number-separator= number-width= section-delimiter= starting-line-number=',
  nproc: 'all ignore=',
  numfmt:
    'debug delimiter= field= format= from= from-unit= grouping header=? invalid= padding= round= suffix= ' +
    'to= to-unit= zero-terminated',
  od: 'address-radix= endian= format= output-duplicates read-bytes= skip-bytes= strings=? traditional ' + 'width=?',
  paste: 'delimiters= serial zero-terminated',
  pathchk: 'portability',
  pr:
    'across columns= date-format= double-space expand-tabs=? first-line-number= form-feed header= indent= ' +
    'join-lines length= merge no-file-warnings number-lines=? omit-header omit-pagination output-tabs=? ' +
    'page-width= sep-string=? separator=? show-control-chars show-nonprinting width=',
  printenv: 'null',
  ptx:
    'auto-reference break-file= flag-truncation= format= gap-size= ignore-case ignore-file= macro-name= ' +
    'only-file= references right-side-refs sentence-regexp= traditional typeset-mode width= word-regexp=',
  readlink: 'canonicalize canonicalize-existing canonicalize-missing no-newline quiet silent verbose zero',
  realpath:
    'canonicalize-existing canonicalize-missing logical no-symlinks physical quiet relative-base= ' +
    'relative-to= strip zero',
  rm: 'dir force interactive=? no-preserve-root one-file-system preserve-root=? recursive verbose',
  rmdir: 'ignore-fail-on-non-empty parents verbose',
  sed:
    'debug expression= file= follow-symlinks in-place=? line-length= null-data posix quiet regexp-extended ' +
    'sandbox separate silent unbuffered',
  seq: 'equal-width format= separator=',
  sha1sum: 'binary check ignore-missing quiet status strict tag text warn zero',
  sha224sum: 'binary check ignore-missing quiet status strict tag text warn zero',
  sha256sum: 'binary check ignore-missing quiet status strict tag text warn zero',
  sha384sum: 'binary check ignore-missing quiet status strict tag text warn zero',
  sha512sum: 'binary check ignore-missing quiet status strict tag text warn zero',
  shuf: 'echo head-count= input-range= output= random-source= repeat zero-terminated',
  sort:
    'batch-size= buffer-size= check= compress-program= debug dictionary-order field-separator= ' +
    'files0-from= general-numeric-sort human-numeric-sort ignore-case ignore-leading-blanks ' +
    'ignore-nonprinting key= merge month-sort numeric-sort output= parallel= random-sort random-source= ' +
    'reverse sort= stable temporary-directory= unique version-sort zero-terminated',
  split:
    'additional-suffix= bytes= elide-empty-files filter= hex-suffixes=? line-bytes= lines= number= ' +
    'numeric-suffixes=? separator= suffix-length= unbuffered verbose',
  stat: 'cached= dereference file-system printf= terse',
  stdbuf: 'error= input= output=',
  sum: 'sysv',
  sync: 'data file-system',
  tac: 'before regex separator=',
  tail:
    'bytes= follow=? lines= max-unchanged-stats= pid= quiet retry silent sleep-interval= verbose ' + 'zero-terminated',
  tee: 'append ignore-interrupts output-error=?',
  timeout: 'foreground kill-after= preserve-status signal= verbose',
  touch: 'date= no-create no-dereference reference= time=',
  tr: 'complement delete squeeze-repeats truncate-set1',
  truncate: 'io-blocks no-create reference= size=',
  tty: 'quiet silent',
  uname:
    'all hardware-platform kernel-name kernel-release kernel-version machine nodename operating-system ' + 'processor',
  unexpand: 'all first-only tabs=',
  uniq:
    'all-repeated=? check-chars= count group=? ignore-case repeated skip-chars= skip-fields= unique ' +
    'zero-terminated',
  wc: 'bytes chars files0-from= lines max-line-length words',
  who: 'all boot count dead heading ips login lookup mesg message process runlevel short time users writable',
  xargs:
    'arg-file= delimiter= eof=? exit interactive max-args= max-chars= max-lines= max-procs= ' +
    'no-run-if-empty null open-tty process-slot-var= replace=? show-limits verbose',
};

/** The names of a program's long options, with what follows each. */
export function realLongOptions(
  program: string,
): readonly (readonly [name: string, arg: 'none' | 'required' | 'optional'])[] {
  const names = NAMES[program];
  if (names === undefined) return [];
  return names.split(' ').map((word) => {
    if (word.endsWith('=?')) return [word.slice(0, -2), 'optional'] as const;
    return word.endsWith('=') ? ([word.slice(0, -1), 'required'] as const) : ([word, 'none'] as const);
  });
}
