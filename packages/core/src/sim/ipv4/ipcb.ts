/** What IPv4 keeps in an skb's private words. @see include/net/ip.h:struct inet_skb_parm */

/** cb0: flags. */
export const IPSKB_FORWARDED = 1;
export const IPSKB_FRAG_COMPLETE = 8;
export const IPSKB_DOREDIRECT = 32;
/** The option's slot was left for the outgoing address. */
export const IPSKB_RR_NEEDADDR: number = 1 << 16;
export const IPSKB_TS_NEEDADDR: number = 1 << 17;
export const IPSKB_TS_NEEDTIME: number = 1 << 18;
/** A strict source route that ends here … */
export const IPSKB_HAS_OPTIONS: number = 1 << 19;
/** cb1: size of the largest fragment; cb2: device it came in by (inet_iif). */
