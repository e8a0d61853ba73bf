import { errnoName, strerror } from '../uapi/errno.ts';

/** What the kernel says about a request besides the number: the extended acknowledgement. @see include/linux/netlink.h:netlink_ext_ack */
export interface ExtAck {
  /** The kernel's sentence: the reason of an error, or a warning on success. */
  msg: string | undefined;
  /** Offset of the offending attribute's header, in bytes from the start of the request's nlmsghdr. */
  offset: number | undefined;
  /** Names of the offending attribute and those around it, outermost first, e.g. `linkinfo.kind`. Filled in by the client. */
  attribute: string | undefined;
  /** Type of an attribute that is missing. */
  missType: number | undefined;
  /** Offset of the nest it is missing from; undefined for the message itself. */
  missNest: number | undefined;
  cookie: Uint8Array | undefined;
}

export const newExtAck = (): ExtAck => ({
  msg: undefined,
  offset: undefined,
  attribute: undefined,
  missType: undefined,
  missNest: undefined,
  cookie: undefined,
});

/** Sets the message and returns `-errno`, so a handler can `return nlErr(extack, EINVAL, '…')`. @see NL_SET_ERR_MSG */
export function nlErr(extack: ExtAck, errno: number, msg: string): number {
  extack.msg = msg;
  return -errno;
}

/** The same, and points at an attribute (`offset` as in ExtAck). @see NL_SET_ERR_MSG_ATTR */
export function nlErrAttr(extack: ExtAck, errno: number, msg: string | undefined, offset: number | undefined): number {
  if (msg !== undefined) extack.msg = msg;
  extack.offset = offset;
  return -errno;
}

/** A netlink request that the kernel (real or simulated) refused. Shaped like Node's SystemError. */
export class NetlinkError extends Error {
  override readonly name: string = 'NetlinkError';
  /** Symbolic errno, e.g. `EEXIST`. Branch on this, never on `message`. */
  readonly code: string;
  /** Negative, as in the nlmsgerr and as libuv reports it. */
  readonly errno: number;
  /** The message type refused, e.g. `RTM_NEWLINK`. */
  readonly syscall: string;
  readonly extack: Readonly<ExtAck> | undefined;

  /** @param errno positive or negative; only its magnitude counts. */
  constructor(errno: number, syscall: string, extack?: Readonly<ExtAck>) {
    const n = Math.abs(errno);
    const code = errnoName(n);
    const where = extack?.attribute === undefined ? '' : `, at ${extack.attribute}`;
    super(`${syscall}: ${extack?.msg ?? strerror(n)} (${code}${where})`);
    this.code = code;
    this.errno = -n;
    this.syscall = syscall;
    this.extack = extack;
  }

  /** The C library's text for this error, e.g. `File exists`, as in `RTNETLINK answers: File exists`. */
  get strerror(): string {
    return strerror(this.errno);
  }
}
