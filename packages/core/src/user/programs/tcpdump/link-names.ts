/** Link types by the names libpcap gives them. @see libpcap pcap.c:dlt_choices */
import {
  LINKTYPE_ETHERNET,
  LINKTYPE_IPV4,
  LINKTYPE_IPV6,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_LINUX_SLL2,
  LINKTYPE_LOOP,
  LINKTYPE_NULL,
  LINKTYPE_RAW,
} from '../../../wire/pcap.ts';

export const LINKTYPES: Readonly<Record<number, readonly [name: string, description: string]>> = {
  [LINKTYPE_NULL]: ['NULL', 'BSD loopback'],
  [LINKTYPE_ETHERNET]: ['EN10MB', 'Ethernet'],
  [LINKTYPE_RAW]: ['RAW', 'Raw IP'],
  [LINKTYPE_LOOP]: ['LOOP', 'OpenBSD loopback'],
  [LINKTYPE_LINUX_SLL]: ['LINUX_SLL', 'Linux cooked v1'],
  [LINKTYPE_LINUX_SLL2]: ['LINUX_SLL2', 'Linux cooked v2'],
  [LINKTYPE_IPV4]: ['IPV4', 'Raw IPv4'],
  [LINKTYPE_IPV6]: ['IPV6', 'Raw IPv6'],
  6: ['IEEE802', 'Token ring'],
  8: ['SLIP', 'SLIP'],
  9: ['PPP', 'PPP'],
  10: ['FDDI', 'FDDI'],
  50: ['PPP_SERIAL', 'PPP over serial'],
  51: ['PPP_ETHER', 'PPPoE'],
  104: ['C_HDLC', 'Cisco HDLC'],
  105: ['IEEE802_11', '802.11'],
  107: ['FRELAY', 'Frame Relay'],
  127: ['IEEE802_11_RADIO', '802.11 plus radiotap header'],
  143: ['DOCSIS', 'DOCSIS'],
  220: ['USB_LINUX_MMAPPED', 'USB with padded Linux header'],
  239: ['NFLOG', 'Linux netfilter log messages'],
};

export const linkText = (linktype: number): string => {
  const known = LINKTYPES[linktype];
  return known === undefined ? String(linktype) : `${known[0]} (${known[1]})`;
};

/** The link type of a name, null when there is none. */
export function linkByName(name: string): number | null {
  const found = Object.entries(LINKTYPES).find(([, [known]]) => known === name.toUpperCase());
  return found === undefined ? null : Number(found[0]);
}
