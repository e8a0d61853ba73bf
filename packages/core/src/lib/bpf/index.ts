export * from './insn.ts';
export { bpfDump, bpfImage } from './text.ts';
export { type BpfAncillary, checkBpf, runBpf } from './vm.ts';
