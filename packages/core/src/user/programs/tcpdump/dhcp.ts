/** BOOTP and DHCP. @see tcpdump print-bootp.c */
import type { Ndo } from './ndo.ts';

const OPTION: Readonly<Record<number, readonly [string, 'ip' | 'l' | 's' | 'b' | 'a' | 'x' | 'B']>> = {
  1: ['Subnet-Mask', 'ip'],
  2: ['Time-Zone', 'l'],
  3: ['Default-Gateway', 'ip'],
  6: ['Domain-Name-Server', 'ip'],
  12: ['Hostname', 'a'],
  15: ['Domain-Name', 'a'],
  26: ['MTU', 's'],
  28: ['BR', 'ip'],
  33: ['Static-Route', 'ip'],
  42: ['NTP', 'ip'],
  43: ['Vendor-Option', 'x'],
  44: ['Netbios-Name-Server', 'ip'],
  47: ['Netbios-Scope', 'a'],
  50: ['Requested-IP', 'ip'],
  51: ['Lease-Time', 'l'],
  54: ['Server-ID', 'ip'],
  55: ['Parameter-Request', 'B'],
  56: ['MSG', 'a'],
  57: ['MSZ', 's'],
  58: ['RN', 'l'],
  59: ['RB', 'l'],
  60: ['Vendor-Class', 'a'],
  61: ['Client-ID', 'x'],
  119: ['Domain-Search', 'x'],
  121: ['Classless-Static-Route', 'x'],
  252: ['WPAD', 'a'],
  249: ['Classless-Static-Route-Microsoft', 'x'],
};
const MESSAGE: readonly string[] = ['', 'Discover', 'Offer', 'Request', 'Decline', 'ACK', 'NACK', 'Release', 'Inform'];

function option(n: Ndo, o: number, code: number, len: number): void {
  const [name, kind] = OPTION[code] ?? (code === 53 ? (['DHCP-Message', 'x'] as const) : (['Unknown', 'x'] as const));
  n.print(`\n\t    ${name} (${code}), length ${len}: `);
  n.need(o, len);
  if (code === 53) {
    n.print(MESSAGE[n.u8(o)] ?? `Unknown (${n.u8(o)})`);
    return;
  }
  if (code === 61 && len >= 1) {
    if (n.u8(o) === 1 && len === 7) n.print(`ether ${n.mac(o + 1)}`);
    else n.print(`hardware-type ${n.u8(o)}, ${n.hexBytes(o + 1, len - 1).replace(/(..)(?=.)/g, '$1:')}`);
    return;
  }
  switch (kind) {
    case 'ip':
      for (let i = 0; i + 4 <= len; i += 4) n.print(`${i > 0 ? ',' : ''}${n.ip4(o + i)}`);
      break;
    case 'l':
      for (let i = 0; i + 4 <= len; i += 4) n.print(`${i > 0 ? ',' : ''}${n.u32(o + i)}`);
      break;
    case 's':
      for (let i = 0; i + 2 <= len; i += 2) n.print(`${i > 0 ? ',' : ''}${n.u16(o + i)}`);
      break;
    case 'a': {
      let text = '';
      for (let i = 0; i < len; i++) text += String.fromCharCode(n.u8(o + i));
      n.print(`"${text}"`);
      break;
    }
    case 'B': {
      const names: string[] = [];
      for (let i = 0; i < len; i++) names.push(`${OPTION[n.u8(o + i)]?.[0] ?? 'Unknown'} (${n.u8(o + i)})`);
      for (const [i, text] of names.entries()) n.print(`${i % 4 === 0 ? '\n\t      ' : ', '}${text}`);
      break;
    }
    default:
      for (let i = 0; i + 1 < len; i += 2) n.print(`${i > 0 ? '.' : ''}${n.u16(o + i)}`);
      if (len % 2 === 1) n.print(`${len > 1 ? '.' : ''}${n.u8(o + len - 1)}`);
  }
}

export function dhcpPrint(n: Ndo, o: number, length: number): void {
  n.protocol = 'bootp';
  const op = n.u8(o);
  n.print(
    `BOOTP/DHCP, ${op === 1 ? 'Request' : op === 2 ? 'Reply' : `unknown (0x${op.toString(16).padStart(2, '0')})`}`,
  );
  const ether = n.u8(o + 1) === 1 && n.u8(o + 2) === 6;
  if (ether && op === 1) n.print(` from ${n.mac(o + 28)}`);
  n.print(`, length ${length}`);
  if (n.o.verbose === 0) return;
  n.u16(o + 8);
  if (n.u8(o + 1) !== 1) n.print(`, htype ${n.u8(o + 1)}`);
  if (n.u8(o + 2) !== 6) n.print(`, hlen ${n.u8(o + 2)}`);
  if (n.u8(o + 3) !== 0) n.print(`, hops ${n.u8(o + 3)}`);
  if (n.u32(o + 4) !== 0) n.print(`, xid 0x${n.u32(o + 4).toString(16)}`);
  if (n.u16(o + 8) !== 0) n.print(`, secs ${n.u16(o + 8)}`);
  const flags = n.u16(o + 10);
  n.print(`, Flags [${(flags & 0x8000) !== 0 ? 'Broadcast' : 'none'}]`);
  if (n.o.verbose > 1) n.print(` (0x${flags.toString(16).padStart(4, '0')})`);
  for (const [at, name] of [
    [12, 'Client-IP'],
    [16, 'Your-IP'],
    [20, 'Server-IP'],
    [24, 'Gateway-IP'],
  ] as const) {
    if (n.u32(o + at) !== 0) n.print(`\n\t  ${name} ${n.ip4(o + at)}`);
  }
  if (ether) n.print(`\n\t  Client-Ethernet-Address ${n.mac(o + 28)}`);
  for (const [at, size, name] of [
    [44, 64, 'sname'],
    [108, 128, 'file'],
  ] as const) {
    if (n.u8(o + at) === 0) continue;
    let text = '';
    for (let i = 0; i < size && n.u8(o + at + i) !== 0; i++) text += String.fromCharCode(n.u8(o + at + i));
    n.print(`\n\t  ${name} "${text}"`);
  }
  n.need(o + 236, 4);
  if (n.u32(o + 236) !== 0x63825363) return;
  n.print('\n\t  Vendor-rfc1048 Extensions\n\t    Magic Cookie 0x63825363');
  for (let p = o + 240; p < n.end;) {
    const code = n.u8(p);
    if (code === 255) {
      if (n.o.verbose > 2) n.print('\n\t    END (255), length 0');
      return;
    }
    if (code === 0) {
      p++;
      continue;
    }
    const len = n.u8(p + 1);
    option(n, p + 2, code, len);
    p += 2 + len;
  }
}
