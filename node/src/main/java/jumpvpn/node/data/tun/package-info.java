/** The inner side: a TUN device as a batch port of plain IP packets. May use {@code jumpvpn.core.net} and {@code jumpvpn.node.host}. */
@NullMarked
package jumpvpn.node.data.tun;

import org.jspecify.annotations.NullMarked;
