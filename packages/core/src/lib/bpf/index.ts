export * from './insn.ts';
export { bpfDump } from './text.ts';
export { type BpfAncillary, checkBpf, runBpf } from './vm.ts';
