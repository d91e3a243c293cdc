/**
 * What transports share that are not the kernel's own sockets: the hand-over between the packet threads and another, and for those that ride on Netty what waits for a connection. Loads nothing of
 * Netty before the first of them is used. May use {@code jumpvpn.core.net}, {@code jumpvpn.core.transport} and {@code jumpvpn.node.host}.
 */
@NullMarked
package jumpvpn.node.transport;

import org.jspecify.annotations.NullMarked;
