/** The outer side over UDP: one socket per local address, as a batch port of datagrams. May use {@code jumpvpn.core.net} and {@code jumpvpn.node.host}. */
@NullMarked
package jumpvpn.node.transport.udp;

import org.jspecify.annotations.NullMarked;
