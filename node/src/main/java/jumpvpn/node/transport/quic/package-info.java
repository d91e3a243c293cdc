/**
 * The outer side over QUIC (RFC 9000): datagrams in DATAGRAM frames (RFC 9221), never in streams, by Netty's codec over quiche. May use {@code jumpvpn.core.net},
 * {@code jumpvpn.core.transport}, {@code jumpvpn.node.transport} and {@code jumpvpn.node.host}.
 */
@NullMarked
package jumpvpn.node.transport.quic;

import org.jspecify.annotations.NullMarked;
