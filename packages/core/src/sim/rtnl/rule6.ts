/** RTM_{NEW,DEL,GET}RULE of IPv6: the two rules there are. @see net/ipv6/fib6_rules.c */
import { ruleFamily } from '../../netlink/rule.ts';
import { EOPNOTSUPP } from '../../uapi/errno.ts';
import {
  FR_ACT_TO_TBL,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTM_DELRULE,
  RTM_GETRULE,
  RTM_NEWRULE,
  RTPROT_KERNEL,
} from '../../uapi/rtnetlink.ts';
import { AF_INET6 } from '../../uapi/socket.ts';
import type { SimKernel } from '../core/kernel.ts';
import { nlErr, type RtnlDoit, type RtnlDumpit } from '../core/rtnetlink.ts';

/** @see fib6_rules_net_init */
const dumprule: RtnlDumpit = (_req, emit) => {
  for (const [table, pref] of [
    [RT_TABLE_LOCAL, 0],
    [RT_TABLE_MAIN, 32_766],
  ] as const) {
    const attrs = {
      table,
      suppressPrefixlen: 0xffffffff,
      protocol: RTPROT_KERNEL,
      ...(pref === 0 ? {} : { priority: pref }),
    };
    emit(RTM_NEWRULE, 0, ruleFamily.encode({ family: AF_INET6, table, action: FR_ACT_TO_TBL, attrs }));
  }
  return 0;
};

/** Differs from Linux: the rules of IPv6 cannot be changed. */
const refuse: RtnlDoit = (req) => nlErr(req.extack, EOPNOTSUPP, 'ipv6: policy rules are not supported');

export function rtnlRule6Init(kernel: SimKernel): void {
  kernel.rtnl.register(AF_INET6, RTM_GETRULE, null, dumprule);
  kernel.rtnl.register(AF_INET6, RTM_NEWRULE, refuse, null);
  kernel.rtnl.register(AF_INET6, RTM_DELRULE, refuse, null);
}
