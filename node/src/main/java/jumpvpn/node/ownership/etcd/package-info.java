/** The session table in etcd, shared by many gateways: ADR 0050. Everything but the table itself lives on one thread of its own. */
@NullMarked
package jumpvpn.node.ownership.etcd;

import org.jspecify.annotations.NullMarked;
