/**
 * The outer side over TCP with TLS 1.3 (RFC 8446): datagrams in frames of a length and as many bytes. May use {@code jumpvpn.core.net}, {@code jumpvpn.core.transport},
 * {@code jumpvpn.node.transport} and {@code jumpvpn.node.host}.
 */
@NullMarked
package jumpvpn.node.transport.tcp;

import org.jspecify.annotations.NullMarked;
